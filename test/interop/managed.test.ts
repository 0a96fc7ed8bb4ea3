import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { open, type PythonObject } from "../../src/index.ts";

const folder = "test/fixtures/python";
const backend = await open({ backend: "torch", device: "cpu" });
let managed: PythonObject;
beforeAll(async () => {
  managed = await backend.import("managed", { folder });
});
afterAll(() => backend.close());

/** Counts to two, and does something then; it is not to go on. */
async function count(stream: AsyncIterable<unknown>, then: () => unknown): Promise<void> {
  for await (const number of stream) {
    if (number === 2) await then();
    if (number === 3) throw new Error("it went on");
  }
}

describe("a stream ends", () => {
  test("with what its closing raises, unless there was an error before", async () => {
    const left = async () => {
      for await (const _ of await managed.method<PythonObject>("fails_to_close")) return;
    };
    await expect(left()).rejects.toMatchObject({ code: "python", python: { type: "builtins.KeyError" } });
    const error = new RangeError("ours");
    const thrown = async () => {
      for await (const _ of await managed.method<PythonObject>("fails_to_close")) throw error;
    };
    await expect(thrown()).rejects.toBe(error);
  });

  test("when the call is given up that made it, and is closed in Python", async () => {
    const giveUp = new AbortController();
    const lines: string[] = [];
    const given = managed.with({ signal: giveUp.signal, onOutput: (line) => lines.push(line) });
    const { numbers } = await given.method<{ numbers: PythonObject }>("nested");
    await expect(count(numbers, () => giveUp.abort())).rejects.toMatchObject({ code: "cancelled" });
    expect(await managed.get("CLOSED")).toEqual(["counting"]);
    expect(lines).toEqual(["closed"]);
  });

  test("when it is disposed of", async () => {
    const numbers = await managed.method<PythonObject>("counting");
    await expect(count(numbers, () => numbers.dispose())).rejects.toMatchObject({ code: "usage" });
    expect(await managed.get("CLOSED")).toHaveLength(2);
  });
});

test.each(["Transaction", "AsyncTransaction"])("within a context manager, as Python's with: %s", async (kind) => {
  const made = await (await managed.get<PythonObject>(kind)).call<PythonObject>();
  const date = new Date(0); // which could not cross
  expect(await made.within(async (inside: PythonObject) => [await inside.method("later", "here"), date])).toEqual([
    "here",
    date,
  ]);
  const error = new RangeError("ours");
  await expect(made.within(() => Promise.reject(error))).rejects.toBe(error);
  await expect(made.within(() => managed.method("fail"))).rejects.toMatchObject({
    python: { type: "builtins.ValueError" },
  });
  expect(
    await made.within(() => {
      throw new Error("held back");
    }),
  ).toBeUndefined();
  expect((await made.get<string[]>("log")).filter((line) => line !== "begun")).toEqual([
    "done",
    "undone: TypeScriptError: RangeError: ours",
    "undone: ValueError: of Python's own",
    "undone: TypeScriptError: Error: held back",
  ]);
  expect(`${made}`).toBe(`[PythonObject managed.${kind}]`);
});

test.each(["", "../managed", "a..b", ".managed"])("what is no module's name is told: %j", async (name) => {
  await expect(backend.import(name, { folder })).rejects.toMatchObject({
    code: "usage",
    message: `expected the dotted name of a module, such as package.module, got "${name}"`,
  });
});

test("a file's name is a hint at the module's", async () => {
  await expect(backend.import("managed.py", { folder })).rejects.toMatchObject({ suggestion: "did you mean managed?" });
});
