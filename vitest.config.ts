import { defineConfig } from "vitest/config";

/** What measures how soon something is noticed: these run after the others, with the machine to themselves. */
const alone = ["test/torch/crash.test.ts", "test/torch/orphans.test.ts"];

const shared = { testTimeout: 60_000, pool: "forks" } as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Two files at a time, each with a Python: with more threads than cores these would wait for one another.
    env: { OMP_NUM_THREADS: "1" },
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: "side by side",
          include: ["test/**/*.test.ts"],
          exclude: alone,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { ...shared, name: "alone", include: alone, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
