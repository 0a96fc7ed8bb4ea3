import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCalls } from "../../src/conformance/prove/recorded-calls.ts";
import { keywords, numbers, open, pythonType, type Tensor } from "../../src/index.ts";
import { readSafetensors } from "../../src/safetensors.ts";
import { temporaryFolder } from "../temporary.ts";
import { adsam, compiled, modules, project, ran, root } from "./wrapped/project.ts";

const wrap = (client: string, program: string, ...more: string[]) =>
  adsam("wrap", "recorded", "--folder", modules, "-o", client, "--trace", program, ...more);

describe("a client whose types a program has shown", () => {
  let folder: string;
  let client: string;
  let text: string;
  let told: Awaited<ReturnType<typeof adsam>>;
  beforeAll(async () => {
    folder = await project(await mkdtemp(join(tmpdir(), "adsam-test-")));
    client = join(folder, "recorded.client.ts");
    told = await wrap(client, "PYTHONPATH=. python recorded_main.py --epochs 2");
    text = await readFile(client, "utf8").catch(() => "");
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("is written beside what the program prints, which is on stderr", () => {
    expect(told).toMatchObject({ code: 0, stdout: "" });
    expect(told.stderr).toContain(
      "scores ['a', 'b']\nfailed: {'why': 'no reason', '__proto__': 'no name'}\nmean Tensor\n",
    );
    expect(told.stderr).toMatch(/^seen: \d+ calls of 22 functions$/m);
  });

  test.each([
    ["a method's parameter of two types", "update(val: number | adsam.Tensor | adsam.PythonObject, options?"],
    ["in how many calls", "@param val Seen in 6 recorded calls: number | float32 tensor."],
    ["a class method, an instance of the client's own", "of(values: readonly number[]): Promise<Meter>"],
    ["an attribute that changes its type", "readonly sum: adsam.Answer<number | adsam.Tensor, Keep>"],
    ["a property", "readonly mean: adsam.Answer<adsam.Tensor, Keep>"],
    ["a submodule", "readonly linear: Promise<adsam.PythonObject>"],
    [
      "what is made, but not from None alone",
      "create(width: number, options?: { readonly bias?: unknown | undefined }): Promise<Net>",
    ],
    [
      "a result by a flag",
      "call(x: adsam.Tensor | adsam.PythonObject, options?: { readonly features?: false | undefined }): adsam.Answer<adsam.Tensor, Keep>",
    ],
    [
      "another one by it",
      "call(x: adsam.Tensor | adsam.PythonObject, options: { readonly features: true }): adsam.Answer<readonly [adsam.Tensor, adsam.Tensor], Keep>",
    ],
    [
      "a result by no flag",
      "contradicting(x: adsam.Tensor | adsam.PythonObject, options?: { readonly flag?: boolean | undefined }): adsam.Answer<adsam.Tensor | readonly [adsam.Tensor, adsam.Tensor], Keep>",
    ],
    [
      "a named tuple",
      "split(images: adsam.Tensor | adsam.PythonObject, labels: adsam.Tensor | adsam.PythonObject): adsam.Answer<Split, Keep>",
    ],
    ["a generator", "adsam.Answer<AsyncIterable<readonly [adsam.Tensor, adsam.Tensor]>, Keep>"],
    [
      "how a record is made",
      "Split(images: adsam.Tensor | adsam.PythonObject, labels: adsam.Tensor | adsam.PythonObject): adsam.Answer<Split, Keep>",
    ],
    ["dtypes", "@returns Seen in 2 recorded calls: tuple[float32 tensor, int64 tensor]."],
    ["numpy's arrays", "@param values Seen in 1 recorded call: float64 ndarray."],
    ["a dict", "adsam.Answer<Readonly<Record<string, number>>, Keep>"],
    ["nothing", "double_(x: adsam.Tensor | adsam.PythonObject): Promise<null>"],
    ["a function, a thread", "value: Uint8Array | readonly number[]"],
    ["a coroutine", "later(value: number): adsam.Answer<number, Keep>"],
    [
      "what raised gives nothing",
      "fails(reason: Readonly<Record<string, string>>): adsam.Answer<unknown, Keep, adsam.PythonObject | null>",
    ],
  ])("knows %s", (_, written) => {
    expect(text).toContain(written);
  });

  test("says of the rest why it is unknown", () => {
    expect(told.stderr).toContain(
      "recorded.never(x): no annotation, default or docstring says it, and no recorded call had it\n",
    );
    expect(told.stderr).not.toContain("recorded.Meter.update");
  });

  test("has not changed, although the module says less", async () => {
    const check = await adsam("wrap", "recorded", "--folder", modules, "-o", client, "--check");
    expect(check).toEqual({ code: 0, stdout: "nothing has changed\n", stderr: "" });
  }, 60_000);

  test("is the same, byte for byte, when the program runs again", async () => {
    const again = join(await temporaryFolder(), "recorded.client.ts");
    await wrap(again, "python recorded_main.py --epochs 2");
    expect(await readFile(again, "utf8")).toBe(text);
  }, 60_000);

  test("type-checks, runs, and holds what is given and what comes to what was seen", async () => {
    const use = `
      import { open, type PythonObject, type Tensor, tensor } from "adversarial-sampling";
      import client from "./recorded.client.ts";
      await using backend = await open({ backend: "torch", device: "cpu" });
      const py = await backend.use(client, { folder: ${JSON.stringify(modules)} });
      await using meter = await py.Meter.of([1, 2]);
      await meter.update(3, { n: 2 });
      console.log(await meter.sum, await py.later(4));
      const said = async (call: Promise<unknown>) => call.catch(({ code, message }) => console.log(code, message));
      await said(py.later("x" as never));
      await said(py.apply(async () => [1], [1]));
      await using net = await py.Net.create(1);
      const x = tensor(Float32Array.of(2), [1, 1]);
      const out: Tensor = await net.call(x);
      const [, features]: readonly [Tensor, Tensor] = await net.forward(x, { features: true });
      const either: Tensor | readonly [Tensor, Tensor] = await net.call(x, { features: Math.random() > 2 });
      const alone: readonly [Tensor, null] = await py.loss(x);
      const [, loss]: readonly [Tensor, Tensor] = await py.loss(x, { targets: x });
      const [mean, all]: [number, Tensor] = [await py.reduced(x), await py.reduced(x, { reduction: "none" })];
      const kept: PythonObject = await net.with({ keep: true }).call(x, { features: true });
      console.log(out.shape, features.shape, "dtype" in either, alone.length, loss.shape, mean, all.shape, await kept.length());
      for await (const [images] of await py.batches(await py.split(tensor(Float32Array.of(1, 2, 3)), tensor(Float32Array.of(1, 2, 3))), 2)) console.log(images.shape);`;
    expect(await ran(folder, use)).toBe(
      [
        "9 4",
        'usage recorded.later: value: expected number, got "x"',
        "python recorded.apply: expected number | str in recorded calls, got [1]",
        "[ 1, 2 ] [ 1, 1 ] true 2 [] 2 [ 1, 1 ] 2",
        "[ 2 ]",
        "[ 1 ]",
        "",
      ].join("\n"),
    );
    expect(await compiled(folder)).toBe("");
  }, 60_000);
});

test.each([
  ["raise", /KeyError: 'the end'/, "exit status 1"],
  ["exit", /seen: /, "exit status 3"],
  ["at-once", /seen: /, "exit status 4"],
  ["killed", /seen: /, "signal SIGKILL"],
])(
  "a program that ends by %s is told, and what was seen is there",
  async (end, words, how) => {
    const client = join(await temporaryFolder(), "recorded.client.ts");
    const { code, stdout, stderr } = await wrap(client, `python recorded_main.py --epochs 1 --end ${end}`);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(words);
    expect(stderr).toContain(`error: the program ended with ${how}: python recorded_main.py`);
    expect(await readFile(client, "utf8")).toContain("later(value: number): adsam.Answer<number, Keep>");
  },
  60_000,
);

test.each([
  ["bash train.sh", /expected a Python program, got bash train\.sh/],
  ["/usr/bin/python recorded_main.py", /--python \/usr\/bin\/python/],
  ["python", /expected a script or -m and a module after python, got none/],
  ["python -c pass", /expected a script or -m and a module after python, got -c/],
  ["python nowhere.py", /there is no nowhere\.py in /],
  ["python recorded_main.py | tee log", /expected one program, got \| in /],
  ["python 'recorded_main.py", /expected ' at the end of /],
  ["python script.py", /no call of recorded was seen in python script\.py, which ended with exit status \d/],
  ["python -m this", /no call of recorded was seen in python -m this\n/],
])(
  "refuses the program %s",
  async (program, message) => {
    const client = join(await temporaryFolder(), "recorded.client.ts");
    const { code, stderr } = await wrap(client, program);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    await expect(readFile(client)).rejects.toThrow("ENOENT");
  },
  60_000,
);

test("calls that are kept are what adsam prove makes again", async () => {
  const folder = await temporaryFolder();
  const calls = join(folder, "calls");
  const keep = ["--keep-calls", calls, "--keep-count", "2"];
  const client = join(folder, "recorded.client.ts");
  const told = await wrap(client, "python recorded_main.py --epochs 2", ...keep);
  expect(told).toMatchObject({ code: 0, stdout: "" });
  expect(told.stderr).toContain("not kept: 1 calls of recorded.scaled\n");
  expect(await readdir(join(calls, "recorded.scaled"))).toEqual(["1.json", "1.safetensors", "2.json", "2.safetensors"]);
  const { tensors } = await readSafetensors(join(calls, "recorded.double_/1.safetensors"));
  expect(Array.from(tensors.x?.data ?? [], Number)).toEqual([1, 1]); // as they were before the call

  expect(told.stderr).toContain(
    "kept without recorded.apply(function), builtins.builtin_function_or_method: 1 calls\n",
  );
  expect(told.stderr).toContain("kept without recorded.fails(reason), builtins.dict: 1 calls\n"); // it has a __proto__
  const call = JSON.parse(await readFile(join(calls, "recorded.entropy_/1.json"), "utf8"));
  expect(call.arguments).toEqual({ predictions: { $array: "predictions" }, weights: { $tensor: "weights" } });

  const port = `${join(root, "test/fixtures/ports/recorded.ts")}#scaled`;
  const proved = await adsam("prove", "recorded:scaled", port, "--folder", modules, "--calls", calls);
  expect(proved).toMatchObject({ code: 0, stdout: expect.stringContaining("2 passed, 0 failed") });

  const [entropy] = (await readCalls(calls, "recorded:entropy_")).cases;
  const predictions = entropy?.inputs.predictions as Tensor;
  expect([predictions.dtype, [...numbers(predictions)], pythonType(predictions)]).toEqual([
    "float64",
    [0, 0.5, 0.25, 0.25], // as it was before the call
    "numpy.ndarray",
  ]);
  const [every] = (await readCalls(calls, "recorded:kinds")).cases;
  await using backend = await open({ backend: "torch", device: "cpu" });
  const recorded = await backend.import("recorded", { folder: modules });
  expect(await recorded.method("kinds", keywords({ ...every?.inputs }))).toEqual({
    whole: `int  ${2n ** 60n}`,
    z: "complex  (1+infj)",
    raw: "bytes  b'\\x00\\xff'",
    more: "bytearray  bytearray(b'a')",
    some: "set  {1.5}",
    frozen: "frozenset  frozenset({'a'})",
    place: "PosixPath  a/b",
    single: "ndarray float32 0.5", // without dimensions
    double: "ndarray float64 0.1",
    flag: "ndarray bool True",
  });
  const { unkept } = await readCalls(calls, "recorded:apply");
  const reason = "the recording has not kept function (builtins.builtin_function_or_method)";
  expect(unkept[0]).toEqual({ id: "recorded.apply/1", reason });

  const again = await wrap(client, "python recorded_main.py --epochs 2", ...keep);
  expect(again).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("expected a folder that is empty or not there"),
  });
}, 120_000);
