import { afterAll, expect, test } from "vitest";
import {
  array,
  bytearray,
  Complex,
  EnumMember,
  keywords,
  numbers,
  open,
  type PythonObject,
  record,
  type Tensor,
  TorchDevice,
  tensor,
} from "../../src/index.ts";

const backend = await open({ backend: "torch", device: "cpu" });
const met = await backend.import("met", { folder: "test/fixtures/python" });
afterAll(() => backend.close());

test("arguments may have any name", async () => {
  expect(await met.method("named", keywords({ name: "x", function: 2 }))).toBe("x2");
  const named = await met.get<typeof met>("named");
  expect(await named.call(keywords({ name: "y", function: 3 }))).toBe("y3");
});

test("a new record is made as Python makes one, one that came goes back as it was", async () => {
  expect(await met.method("tuned", record("met:Config", { lr: 1 }))).toEqual([1, [], 3]);
  expect(await met.method("tuned", record("met:Config", { lr: 1, steps: 5 }))).toEqual([1, [], 5]);
  const negative = met.method("tuned", record("met:Config", { lr: -1 }));
  await expect(negative).rejects.toMatchObject({ code: "python", message: "builtins.ValueError: lr is negative" });
  const unknown = met.method("tuned", record("met:Config", { lr: 1, rate: 2 }));
  await expect(unknown).rejects.toThrow("unexpected keyword argument 'rate'");
  const came = await met.method<{ lr: number }>("Config", 1);
  came.lr = -1; // which a new one could not be
  expect(await met.method("tuned", came)).toEqual([-1, [], 3]);
});

test.each([
  [() => record("met:Confg", {}), "there is no class met:Confg", "did you mean Config?"],
  [() => record("nowhere:Config", {}), "there is no Python module nowhere", undefined],
  [() => record("met:told", {}), "expected a class, got met:told, a function", undefined],
  [() => record("met:Loose", {}), "expected a dataclass, named tuple, TypedDict or pydantic model", undefined],
  [() => new EnumMember("met:Colour", "REED", "red"), "there is no REED in met:Colour", "did you mean RED?"],
  [() => new TorchDevice("gpu"), "expected a device of torch such as cpu or cuda:0, got gpu", undefined],
  [
    () => array(tensor(new Uint16Array(1), [1], "bfloat16")),
    "[0]: expected an array of a dtype that numpy has",
    undefined,
  ],
])("what cannot be made there is an error of usage: %#", async (value, message, suggestion) => {
  const error = await met.method("text", value()).catch((one: unknown) => one);
  expect(error).toMatchObject({ code: "usage", message: expect.stringContaining(message) });
  if (suggestion !== undefined) expect(error).toMatchObject({ suggestion });
});

test("whole numbers of any length cross", async () => {
  for (const value of [2n ** 53n, -(2n ** 64n), 10n ** 5000n, -(10n ** 5000n)]) {
    const same = await met.method<bigint>("identity", value);
    expect(same === value).toBe(true);
  }
});

test("what cannot be read of something thrown is not waited for", async () => {
  const thrown = [
    {
      toString: () => {
        throw new Error("no text");
      },
    },
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error("a trap");
        },
      },
    ),
    Object.assign(new Error("odd"), { name: Symbol("name") }),
  ];
  for (const one of thrown.slice(0, 2)) {
    expect(
      await met.method("caught", () => {
        throw one;
      }),
    ).toBe("Error: (it could not be read)");
  }
  expect(
    await met.method("caught", () => {
      throw thrown[2];
    }),
  ).toBe("Symbol(name): odd");
  const [first] = thrown;
  const itself = await met
    .method(
      "applied",
      () => {
        throw first;
      },
      null,
    )
    .catch((error: unknown) => error);
  expect(itself).toBe(first);
});

test("a handle that was disposed of is refused at once, everywhere", async () => {
  const handle = await met.method<PythonObject>("Odd", 1);
  await handle.dispose();
  for (const use of [() => handle.get("constructor"), () => met.method("text", handle), () => handle.with({}).text()]) {
    await expect(use()).rejects.toMatchObject({ code: "usage", message: "this object, a met.Odd, was disposed of" });
  }
});

test("an iterable is one for async for too, and has the length that it says", async () => {
  const loader = {
    length: 2,
    *[Symbol.iterator]() {
      yield* [5, 6];
    },
  };
  expect(await met.method("consumed", loader)).toEqual([2, 5, 6]);
  const endless = (async function* () {
    yield 1;
  })();
  await expect(met.method("consumed", endless)).rejects.toThrow("has no len()");
});

test("several members of a flag cross together, and texts of numpy's are texts", async () => {
  const [read, write] = ["READ", "WRITE"].map((name, i) => new EnumMember("met:Mode", name, i + 1));
  const both = await met.method<EnumMember>("mixed", read, write);
  expect(both).toEqual(new EnumMember("met:Mode", "READ|WRITE", 3));
  expect(await met.method("mixed", both, read)).toEqual(both);
  expect(await met.method("numpy_text")).toBe("text");
});

test("what Python changed in arrays, objects and sets is changed here, and what was given stays itself", async () => {
  const [items, table, bag] = [[[0]] as unknown[], { gone: 1 } as Record<string, unknown>, new Set<number>()];
  const changed: [string, object][] = [];
  const [first] = items;
  await met.with({ onChanged: (...change) => changed.push(change) }).method("mutate", items, table, bag);
  expect(items).toHaveLength(4);
  expect(items[0]).toBe(first);
  expect(items[1]).toBe(table);
  expect([...numbers(items[3] as Tensor)]).toEqual([1, 1]);
  expect(Object.keys(table)).toEqual(["k"]);
  expect(table.k).toBe(first);
  expect([...bag]).toEqual([9]);
  expect(changed).toEqual([
    ["[0]", items],
    ["[1]", table],
    ["[2]", bag],
  ]);
});

test("a list that is given twice is one, a changed record and bytes are changed here, what cannot be says so", async () => {
  const list: number[] = [];
  expect(await met.method("aliased", list, list)).toBe(true);
  expect(list).toEqual([1]);
  expect(await met.method("aliased", [1], [1])).toBe(false);
  const config = await met.method<{ lr: number; tags: string[] }>("Config", 1);
  const { tags } = config;
  await met.method("renamed", config);
  expect([config.lr, config.tags]).toEqual([2, ["new"]]);
  expect(config.tags).toBe(tags);
  const bytes = bytearray(Uint8Array.of(1, 2));
  await met.method("append", bytes);
  expect([...bytes]).toEqual([7, 2]);
  const told: [string, object][] = [];
  const longer = met.with({ onChanged: (...change) => told.push(change) });
  await longer.method("grow", bytes);
  expect(told).toEqual([["[0]", bytearray(Uint8Array.of(7, 2, 1))]]);
  const fixed = met.method("append", bytearray(new Uint8Array(0)));
  await expect(fixed).rejects.toMatchObject({ code: "python" });
  await expect(met.method("grow", bytes)).rejects.toThrow("[0]: Python changed it, and it cannot be changed here");
  await expect(met.method("fill", Object.freeze([1]))).rejects.toMatchObject({ code: "usage" });
  const many = Array.from({ length: 200_000 }, () => 1);
  await met.method("fill", many);
  expect([many.length, many[0], many.at(-1)]).toEqual([200_001, 0.5, 2]);
  expect(await met.method("conjugate", new Complex(1, 2))).toEqual(new Complex(1, -2));
});
