import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { open, type PythonObject, type Tensor, tensor } from "../../src/index.ts";
import { temporaryFolder } from "../temporary.ts";

const folder = "test/fixtures/python";
const backend = await open({ backend: "torch", device: "cpu" });
afterAll(() => backend.close());

describe("argv", () => {
  test("is what a module finds when it is imported, and its functions later", async () => {
    const script = await backend.import("script", { folder, argv: ["--epochs", "3"] });
    expect(await script.method("epochs")).toBe(3);
    expect(await script.method("again")).toEqual(["--epochs", "3"]);
    const scaled = await script.get<PythonObject>("scaled");
    expect(await scaled.call<Tensor>(tensor(Float32Array.of(2)))).toMatchObject({ data: Float32Array.of(6) });
  });

  test("makes a program of its own: another one does not change what was imported before", async () => {
    const one = await backend.import("script", { folder, argv: ["--epochs", "1"] });
    const two = await backend.import("script", { folder, argv: ["--epochs", "2"] });
    expect(await Promise.all([one, two, one].map((script) => script.method("epochs")))).toEqual([1, 2, 1]);
    const x = tensor(Float32Array.of(1));
    const argv = ["--epochs", "5"];
    const { outputs } = await backend.call("script:scaled", { x }, { folder, argv, dtype: "float32" });
    expect(outputs).toMatchObject([{ data: Float32Array.of(5) }]);
    expect((await backend.contract(["script"], { folder, argv })).modules).toHaveProperty("script.functions.epochs");
  });

  test("a module that ends its program for want of them says so, and names the option", async () => {
    for (const argv of [[], ["--epochs", "many"], ["--epochs", "1", "--batch", "2"]]) {
      await expect(backend.import("script", { folder, argv })).rejects.toMatchObject({
        code: "usage",
        message: expect.stringMatching(
          /the Python module script ends its program when it is imported: .*(--epochs|unrecognized arguments: --batch)/,
        ),
        suggestion: expect.stringContaining("option argv"),
      });
    }
    await expect(backend.import("things", { folder, argv: "--epochs 1" as never })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("argv"),
    });
  });
});

describe("cuda", () => {
  const served = { folder, cuda: "served" } as const;

  test("is what it is unless asked otherwise", async () => {
    const module = await backend.import("wants_cuda", { folder });
    expect(await module.method("told")).toEqual([false, "cpu"]);
    await expect(module.method("in_a_thread")).rejects.toMatchObject({ code: "python" });
    await expect(module.method("insist", tensor(Float32Array.of(1, 2), [1, 2]))).rejects.toThrow(/CUDA/);
  });

  test("served: code that insists on it runs on the device at hand", async () => {
    const module = await backend.import("wants_cuda", served);
    expect(await module.method("told")).toEqual([true, "cuda"]);
    const weight = await module.method<Tensor>("insist", tensor(Float32Array.of(1, 2), [1, 2]));
    expect(Array.from(weight.data, Number)).toEqual([0, -1, 0, -1]);
    expect(await module.method("in_a_thread")).toMatchObject({ data: Float32Array.of(1) });
    const path = join(await temporaryFolder(), "weights.pt");
    expect(await module.method("saved", path)).toMatchObject({ data: Float32Array.of(1, 1) });
  });

  test("served for its own program alone, also after one that was given up", async () => {
    const module = await backend.import("wants_cuda", served);
    const other = await backend.import("wants_cuda", { folder });
    expect(await module.method("modes")).toMatchObject([1, true]);
    expect(await other.method("modes")).toMatchObject([0, false]);
    const given = new AbortController();
    const time = await backend.import("time", served);
    const slept = time.with({ signal: given.signal }).method("sleep", 30);
    await delay(100); // it has begun
    given.abort();
    await expect(slept).rejects.toMatchObject({ code: "cancelled" });
    expect(await other.method("told")).toEqual([false, "cpu"]);
    expect(await other.method("modes")).toMatchObject([0, false]);
    expect(await module.method("told")).toEqual([true, "cuda"]);
  });
});
