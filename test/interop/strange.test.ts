import { afterAll, beforeAll, expect, test } from "vitest";
import { EnumMember, numbers, open, PythonObject, type Tensor, tensor } from "../../src/index.ts";

const folder = "test/fixtures/python";
const backend = await open({ backend: "torch", device: "cpu" });
let strange: PythonObject;
let things: PythonObject;
beforeAll(async () => {
  strange = await backend.import("strange", { folder });
  things = await backend.import("things", { folder });
});
afterAll(() => backend.close());

test("arrays of any layout come as their numbers, what has none stays in Python", async () => {
  const values = await strange.method<Record<string, unknown>>("values");
  const told = (name: string) => {
    const value = values[name] as Tensor;
    return [value.dtype, value.shape, [...numbers(value)]];
  };
  expect(told("bigEndian")).toEqual(["float32", [3], [0, 1, 2]]);
  expect(told("reversed")).toEqual(["float64", [3], [2, 1, 0]]);
  expect(told("scalarArray")).toEqual(["float64", [], [2]]);
  expect(told("readOnly")).toEqual(["float64", [3], [0, 1, 2]]);
  expect(told("expanded")).toEqual(["float32", [3], [1, 1, 1]]);
  expect(told("conjugate")).toEqual(["complex64", [1], [1, -2]]);
  expect(told("leaf")).toEqual(["float32", [1], [2]]);
  expect(told("empty")).toEqual(["float32", [0, 3], []]);
  expect(values).toMatchObject({ text: "text", counted: { a: 1 }, flag: new EnumMember("strange:Mode", "A", 1) });
  const kept = ["objects", "strings", "sparse", "meta", "liar", "local", "range", "keys", "error", "type"];
  const types = kept.map((name) => (values[name] as PythonObject).type);
  expect(types).toEqual(
    "numpy.ndarray numpy.ndarray torch.Tensor torch.Tensor strange.Liar strange.local_class.<locals>.Local range dict_keys ValueError type".split(
      " ",
    ),
  );
  const liar = values.liar as PythonObject;
  await expect(liar.length()).rejects.toMatchObject({ code: "python", message: "builtins.RuntimeError: no length" });
  expect(await liar.same(liar)).toBe(true);
  expect(await (values.error as PythonObject).text()).toBe("held");
  expect(await (values.local as PythonObject).get("x")).toBe(1);
});

test("lists as deep as one likes, up to a depth from which on they stay there", async () => {
  let depth = 0;
  let value = await strange.method<unknown>("deep", 150);
  while (Array.isArray(value)) {
    depth += 1;
    value = value[0];
  }
  expect([depth, value]).toEqual([151, undefined]);
  value = await strange.method<unknown>("deep", 1000);
  while (Array.isArray(value)) value = value[0];
  expect(value).toBeInstanceOf(PythonObject);
  const many = Array.from({ length: 100_000 }, (_, i) => i);
  expect(await things.method("identity", many)).toEqual(many);
});

test("a function that gives what cannot cross fails where it was called, and here", async () => {
  const dated = () => new Date(0);
  expect(await things.method("caught", dated)).toMatch(/^TypeScriptError: AdsamError: what dated returns: expected/);
  await expect(things.method("apply", dated)).rejects.toMatchObject({ code: "usage" });
  expect(await things.method("apply", () => undefined)).toBeNull();
});

test("an iterable that fails, and one that the garbage collector finds unfinished", async () => {
  const failure = new Error("no more");
  const failing = {
    *[Symbol.iterator]() {
      yield tensor(Float32Array.of(1));
      throw failure;
    },
  };
  await expect(things.method("total", failing)).rejects.toBe(failure);
  let ended = 0;
  const batches = {
    *[Symbol.iterator]() {
      try {
        yield 1;
        yield 2;
      } finally {
        ended += 1;
      }
    },
  };
  expect(await strange.method("unfinished", batches)).toBe(1);
  await strange.method("collect");
  await expect.poll(() => ended).toBe(1);
});

test("closing while a function of ours is at work ends it", async () => {
  const own = await open({ backend: "torch", device: "cpu" });
  const module = await own.import("things", { folder });
  let called = false;
  const waiting = module.method("apply", () => {
    called = true;
    return new Promise(() => {});
  });
  const ended = expect(waiting).rejects.toMatchObject({ code: "closed" });
  await expect.poll(() => called).toBe(true);
  await own.close();
  await ended;
});

test("calls happen in the order in which they were made, however much they carry", async () => {
  await Promise.all([
    things.method("note", "first", tensor(new Float32Array(1e6))),
    things.method("note", "second"),
    things.method("note", "third", tensor(new Float32Array(1e5))),
  ]);
  expect(await things.get("NOTES")).toEqual(["first", "second", "third"]);
});
