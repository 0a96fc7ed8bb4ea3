import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, client, clientText, open, type PythonObject, tensor } from "../../src/index.ts";
import { temporaryFolder } from "../temporary.ts";

type Call = (...values: unknown[]) => Promise<unknown>;
interface Derived extends Readonly<Record<string, Call>> {}

const folder = "test/fixtures/python";
const backend = await open({ backend: "torch", device: "cpu" });
let made: Client<Derived>;
let py: Derived;
beforeAll(async () => {
  made = client(await backend.contract(["derived"], { folder }));
  py = await backend.use(made, { folder });
});
afterAll(() => backend.close());

test.each<[string, unknown[], string, unknown]>([
  ["counted", [["a", "b", "a"]], "Readonly<Record<string, number>>", { a: 2, b: 1 }],
  ["grouped", [["a", "b", "a"]], "Readonly<Record<string, readonly number[]>>", { a: [0, 2], b: [1] }],
  ["ordered", [], "Readonly<Record<string, number>>", { a: 1.5 }],
  ["size", [tensor(new Float32Array(2))], "readonly number[]", [2]],
  ["my_dict", [], "Readonly<Record<string, number>>", { a: 1 }],
  ["bag", [], "Readonly<Record<string, number>>", { a: 1 }],
  ["output", [], "Readonly<Record<string, unknown>> | ReadonlyMap<unknown, unknown>", { loss: 1.5 }],
  ["tok", [], "string", "t"],
  ["step", [], "number", 3],
  ["loss", [], "number", 0.5],
  ["raw", [], "Uint8Array", Uint8Array.of(97, 98)],
  ["rows", [], "readonly adsam.Tensor[]", [tensor(Float32Array.of(1))]],
  ["pair", [], "readonly [number, string]", [1, "a"]],
  ["names", [], "ReadonlySet<string>", new Set(["a"])],
])("%s gives what its class derives from", async (name, values, type, expected) => {
  const line = clientText(made.contract)
    .split("\n")
    .find((one) => one.startsWith(`  ${name}(`));
  expect(line?.endsWith(`): adsam.Answer<${type}, Keep>;`)).toBe(true);
  expect(await py[name]?.(...values)).toEqual(expected);
});

test("such a class takes its instances, which stay in Python, and what it derives from", async () => {
  const { Tok, MyDict } = py as unknown as Record<string, { create: Call }>;
  expect(await py.kind_of?.(await Tok?.create("t"))).toBe("Tok");
  expect(await py.kind_of?.("t")).toBe("str");
  expect(await py.first?.(await MyDict?.create(new Map([["z", 1]])))).toBe("z");
  await expect(py.first?.({ z: "1" })).rejects.toMatchObject({
    code: "usage",
    message: 'derived.first: of["z"]: expected int, got "1"',
  });
});

test.each([
  ["unlike", "float8", "tensor", "torch.Tensor of dtype float8_e5m2"],
  ["unlike", "complex32", "tensor", "torch.Tensor of dtype complex32"],
  ["unlike", "sparse", "tensor", "torch.Tensor of layout sparse_coo"],
  ["unlike", "meta", "tensor", "torch.Tensor on device meta, without numbers"],
  ["unlike_array", "text", "ndarray", "numpy.ndarray of dtype <U1"],
  ["unlike_array", "object", "ndarray", "numpy.ndarray of dtype object"],
  ["unlike_array", "date", "ndarray", "numpy.ndarray of dtype datetime64[D]"],
  ["unlike_array", "longdouble", "ndarray", "numpy.ndarray of dtype float128"],
  ["unlike_array", "masked", "ndarray", "numpy.ma.MaskedArray"],
])("%s: %s cannot cross as what is declared, which is said", async (name, kind, declared, came) => {
  const message = `derived.${name}: expected ${declared} as it is declared, got a ${came}`;
  const suggestion = "it stays in Python: ask for it by the handle $, or convert it there";
  await expect(py[name]?.(kind)).rejects.toMatchObject({ code: "python", message, suggestion });
  const handle = (py as unknown as { $: PythonObject }).$;
  expect(await (await handle.method<PythonObject>(name, kind)).length()).toBeGreaterThan(0);
});

test("neither can a range, a mapping that is no dict, a tensor deep in what comes", async () => {
  const said = "as it is declared, got a";
  await expect(py.numbers?.()).rejects.toMatchObject({ message: `derived.numbers: expected list[int] ${said} range` });
  await expect(py.surroundings?.()).rejects.toMatchObject({
    message: `derived.surroundings: expected dict[str, str] ${said} mappingproxy`,
  });
  await expect(py.listed?.()).rejects.toMatchObject({
    message: `derived.listed["all"][1]: expected tensor ${said} torch.Tensor of layout sparse_coo`,
  });
  expect(await py.memory_map?.(join(await temporaryFolder(), "mapped"))).toEqual(tensor(Float32Array.of(2, 2)));
});

test.each([{}, null, { contract: {} }])("%j is no client", async (given) => {
  await expect(backend.use(given as unknown as Client<Derived>)).rejects.toMatchObject({
    code: "usage",
    message: "use: expected a client with the contract of its modules",
  });
});
