import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { client, keywords, open, type PythonObject, pythonType, record, type Tensor } from "../../src/index.ts";

const folder = "test/fixtures/python";
const backend = await open({ backend: "torch", device: "cpu" });
let records: PythonObject;
let given: Record<string, Record<string, unknown>>;
beforeAll(async () => {
  records = await backend.import("records", { folder });
  given = await records.get("RECORDS");
});
afterAll(() => backend.close());

test("go back as they were, whatever their fields do not say", async () => {
  expect(Object.keys(given)).toHaveLength(15);
  for (const [name, value] of Object.entries(given)) {
    expect([name, await records.method("difference", name, value)]).toEqual([name, ""]);
  }
});

test("what pydantic's extra took is there to be read, under its name", () => {
  expect(given.extra).toMatchObject({ depth: 1, inner: { name: 7 }, more: [1] });
});

test("what is changed here is changed in what goes back, and nothing else", async () => {
  const [config, extra, checked] = [given.config ?? {}, await records.get<Record<string, unknown>>("RECORDS"), {}];
  Object.assign(config, { lr: 2, steps: 3 });
  expect(await records.method("as_text", config)).toBe(
    "Config(lr=2.0, steps=3.0, betas=(1.0, 0.5), history={'loss': [1.0, 2.5]}, runs=1)",
  );
  const unset = extra.unset as Record<string, unknown>;
  expect(await records.method("dumped", unset)).toBe("{}");
  (unset.tags as string[]).push("new");
  unset.added = 1;
  expect(await records.method("dumped", unset)).toBe('{"tags":["new"],"added":1}');
  delete unset.added;
  expect(await records.method("dumped", unset)).toBe('{"tags":["new"]}');
  const one = extra.checked as Record<string, unknown>;
  one.value = 5;
  expect([checked, await records.method("as_text", one)]).toEqual([{}, "Checked(value=5)"]);
  const slotted = given.slotted as { value: number; images: Tensor };
  slotted.images.data[0] = 4;
  expect(await records.method("as_text", slotted)).toBe("Slotted(value=1.0, images=tensor([4.]))");
});

test("what Python changes in one is there the next time, where no field shows it too", async () => {
  const { extra, config } = await records.get<Record<string, Record<string, unknown>>>("RECORDS");
  expect([await records.method("count", extra), await records.method("count", extra)]).toEqual([2, 3]);
  await records.method("shift", config);
  expect(config?.lr).toBe(2);
  expect(await records.method("later", config)).toBe("2.0 1.0");
});

test("new ones are made of their fields, whatever pydantic calls them", async () => {
  expect(await records.method("as_text", record("records:Aliased", { name: 3, path: "b" }))).toBe(
    "Aliased(name=3, path='b')",
  );
  const reached = { first: 3, second: 5, third: { a: 1 } };
  const text = "Reached(first=3, second=5, third={'a': 1})";
  expect(await records.method("as_text", record("records:Reached", reached))).toBe(text);
  expect(await records.method("as_text", await records.method("Reached", keywords({ ...reached })))).toBe(text);
  expect(await records.method("as_text", record("records:Wrapped", { root: [1] }))).toBe("Wrapped(root=[1.0])");
  expect(await records.method("as_text", record("records:Checked", { value: 1 }))).toBe("Checked(value=2)");
  expect(await records.method("as_text", record("records:Config", { runs: 5 }))).toMatch(/runs=5\)$/);
});

test("in another backend one is made anew", async () => {
  await using other = await open({ backend: "torch", device: "cpu" });
  const there = await other.import("records", { folder });
  const checked = (await records.get<Record<string, object>>("RECORDS")).checked;
  expect(await there.method("as_text", checked)).toBe("Checked(value=3)");
});

test("a tree whose nodes know their parent is one here, and goes back as one", async () => {
  interface Node {
    readonly value: number;
    readonly children: Node[];
    readonly parent: Node | null;
  }
  const tree = await records.method<Node>("tree");
  expect(pythonType(tree)).toBe("records:Node");
  expect(tree.children.map(({ value, parent }) => [value, parent === tree])).toEqual([
    [2, true],
    [3, true],
  ]);
  expect(await records.method("is_tree", tree)).toBe(true);
});

test("a typed client gives and takes them so too", async () => {
  interface Typed {
    tree(): Promise<{ readonly children: readonly { parent: unknown; value: unknown }[] }>;
    is_tree(tree: unknown): Promise<boolean>;
    shift(config: unknown): Promise<null>;
  }
  const contract = await backend.contract(["records"], { folder });
  const py = await backend.use(client<Typed>(contract), { folder });
  const tree = await py.tree();
  expect(tree.children[0]?.parent).toBe(tree);
  expect(await py.is_tree(tree)).toBe(true);
  const { config } = await records.get<Record<string, Record<string, unknown>>>("RECORDS");
  await py.shift(config);
  expect(await records.method("later", config)).toBe("2.0 1.0");
  Object.assign(tree.children[1] ?? {}, { value: "three" });
  await expect(py.is_tree(tree)).rejects.toMatchObject({
    code: "usage",
    message: 'records.is_tree: root.children[1].value: expected float, got "three"',
  });
});

test("what Python remembers of records is freed with them", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const Config = await records.get("Config");
  const Source = await (await backend.import("adsam_bridge.interop.records")).get("Source");
  const alive = (kind: unknown) => records.method<number>("alive", kind);
  collectGarbage(); // what other tests have left
  const before = [await alive(Config), await alive(Source)];
  await expect(records.method("closed")).rejects.toThrow("nobody reads it");
  expect(await alive(Source)).toBeLessThanOrEqual(before[1] ?? 0);
  let configs: object[] | undefined = await records.method<object[]>("configs", 10_000);
  expect(await alive(Config)).toBe(before[0]); // they live there as long as they would in Python
  expect(await alive(Source)).toBeGreaterThanOrEqual(10_000);
  expect(configs).toHaveLength(10_000);
  configs = undefined;
  await vi.waitFor(
    async () => {
      collectGarbage();
      expect(await alive(Source)).toBeLessThanOrEqual(before[1] ?? 0);
    },
    { timeout: 20_000, interval: 50 },
  );
});
