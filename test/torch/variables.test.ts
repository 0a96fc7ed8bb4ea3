import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { open } from "../../src/index.ts";
import { tensor } from "../../src/tensor.ts";
import { findPython, inspectPython } from "../../src/torch/environment.ts";

afterEach(() => vi.unstubAllEnvs());

/** Each of them alone would end a Python, hide its packages or change what it computes with. */
const harmful = {
  PYTHONEXECUTABLE: "/nowhere/python",
  PYTHONHOME: "/usr",
  PYTHONINSPECT: "1",
  PYTHONIOENCODING: "ascii",
  PYTHONOPTIMIZE: "2",
  PYTHONPLATLIBDIR: "nowhere",
  PYTHONSAFEPATH: "1",
  PYTHONUTF8: "0",
  PYTHONWARNINGS: "error",
};

test("what a user's Python variables say of the interpreter disturbs neither a session nor doctor", async () => {
  for (const [name, value] of Object.entries(harmful)) vi.stubEnv(name, value);
  const { path } = await findPython();
  expect((await inspectPython(path)).problems).toEqual([]);
  const backend = await open({ device: "cpu" });
  expect((await backend.info()).device).toBe("cpu");
  await backend.close();
});

test("what they say of the user's own modules is heard", async () => {
  vi.stubEnv("PYTHONPATH", join(import.meta.dirname, "../fixtures/python"));
  const backend = await open({ device: "cpu" });
  const one = tensor(new Float64Array([1]), [1, 1]);
  const { outputs } = await backend.call("operations:product", { a: one, b: one });
  expect(outputs[0]).toEqual(one);
  await backend.close();
});
