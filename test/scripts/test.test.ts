import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

it("refuses a check that it does not know", () => {
  const script = join(import.meta.dirname, "../../scripts/test.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--only", "tsc,taste"], { encoding: "utf8" });
  expect(stderr).toBe(
    "--only: expected some of biome,tsc,knip,typedoc,ruff,ruff-format,clang-format,vulture,pyright,generated,pytest,vitest, got taste\n",
  );
  expect(status).toBe(2);
});
