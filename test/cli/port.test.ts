import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam } from "./adsam.ts";

test("a ledger from nothing to a check that fails: table, badge, page and JSON", async () => {
  const cwd = await temporaryFolder();
  const file = (name: string, text: string) => writeFile(join(cwd, name), text);
  await symlink(resolve(import.meta.dirname, "../../node_modules"), join(cwd, "node_modules"));
  await mkdir(join(cwd, "shown"));
  await file("doubling.py", "import torch\n\n\ndef double(x: torch.Tensor) -> torch.Tensor:\n    return 2 * x\n");
  await file("port.mjs", 'import * as tf from "@tensorflow/tfjs-core";\nexport const double = (x) => tf.add(x, x);\n');
  const twins = { double: { port: "./port.mjs#double", inputs: { x: "float32[3]" } } };
  await file("port.json", JSON.stringify({ format: 1, module: "doubling", twins }));
  const port = (...words: string[]) => adsam(["port", ...words], { cwd });

  const first = await port("--badge", "shown/badge.svg", "--page", "shown/index.html");
  expect(first).toMatchObject({ exitCode: 0, stderr: "double: conforms\n" });
  expect(first.stdout).toContain("doubling: 1 functions, 1 with a twin, 1 of these conform");
  expect(await readFile(join(cwd, "shown/badge.svg"), "utf8")).toContain("1 of 1 conform");
  expect(await readFile(join(cwd, "shown/index.html"), "utf8")).toMatch(/^<!doctype html>/);

  const checked = await port("--check", "--json");
  expect({ ...checked, stdout: JSON.parse(checked.stdout).problems }).toEqual({ exitCode: 0, stderr: "", stdout: 0 });

  await file("doubling.py", "import torch\n\n\ndef double(x: torch.Tensor) -> torch.Tensor:\n    return 3 * x\n");
  const broken = await port("--check");
  expect(broken.exitCode).toBe(1);
  expect(broken.stdout).toContain("it conformed, and no longer does");
}, 180_000); // three commands, each with a Python and a TensorFlow of its own

test("a ledger that is not there: 2, before Python starts", async () => {
  const { exitCode, stderr } = await adsam(["port", "nowhere.json"]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringMatching(/^error: cannot read .*nowhere\.json/),
  });
});
