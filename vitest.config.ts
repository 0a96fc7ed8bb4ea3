import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Two files at a time, each with a Python: with more threads than cores these would wait for one another.
    env: { OMP_NUM_THREADS: "1" },
  },
});
