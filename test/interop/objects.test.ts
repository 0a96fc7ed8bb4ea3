import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  array,
  Complex,
  EnumMember,
  ellipsis,
  Float,
  keywords,
  open,
  type PythonObject,
  PythonPath,
  pythonType,
  Slice,
  type Tensor,
  TorchDevice,
  TorchDtype,
  tensor,
  tuple,
} from "../../src/index.ts";

const folder = "test/fixtures/python";
const backend = await open({ backend: "torch" });
let things: PythonObject;

beforeAll(async () => {
  things = await backend.import("things", { folder });
});
afterAll(() => backend.close());

async function attribute<T = Record<string, unknown>>(name: string): Promise<T> {
  return things.get<T>(name);
}

describe("values", () => {
  test("come as what they are", async () => {
    const values = await attribute("VALUES");
    expect(values).toMatchObject({
      none: null,
      true: true,
      int: 7,
      big: 2n ** 70n,
      edge: 2n ** 53n,
      negative: -(2n ** 60n),
      float: 0.5,
      nan: Number.NaN,
      infinity: Number.NEGATIVE_INFINITY,
      minus_zero: -0,
      complex: new Complex(1, -2),
      str: 'quotes " and \n and 🙂 and \u2028',
      lone: "\ud800 half",
      bytes: Uint8Array.from({ length: 256 }, (_, i) => i),
      list: [1, [2, [3]]],
      tuple: [1, ["a", null]],
      namedtuple: { x: 1, y: [2] },
      dict: { a: 1, b: { c: [1] } },
      dollar: new Map<string, unknown>([
        ["$", "handle"],
        ["number", 1],
      ]),
      set: new Set([1, "a"]),
      slice: new Slice(1, null, 2),
      path: new PythonPath("a/b"),
      enum: new EnumMember("things:Colour", "RED", "red"),
      dataclass: { eps: 0.1, names: ["a"], history: { loss: [1.5, 0.5] } },
      pydantic: { depth: 3, name: "net" },
      dtype: new TorchDtype("bfloat16"),
      device: new TorchDevice("cpu"),
      size: [2, 3],
      float32: 0.5,
      int64: -3,
      numpy_bool: true,
    });
    expect(values.ellipsis).toBe(ellipsis);
    expect(pythonType(values.tuple as object)).toBe("tuple");
    expect(pythonType(values.list as object)).toBeUndefined();
    expect(pythonType(values.dataclass as object)).toBe("things:Options");
    expect((values.keys as Map<unknown, unknown>).get(1)).toBe("one");
    expect(Object.keys(values.proto as object)).toEqual(["__proto__", "constructor"]);
  });

  test("go back as the same, types included", async () => {
    const values = await attribute("VALUES");
    // A numpy number comes as a number, and a torch.Size as a tuple.
    const lost = new Set(["float32", "int64", "numpy_bool", "size", "ordered"]);
    for (const [name, value] of Object.entries(values)) {
      if (!lost.has(name)) expect([name, await things.method("same", name, value)]).toEqual([name, true]);
    }
  });

  test("tensors and arrays of every dtype there and back", async () => {
    const tensors = await attribute<Record<string, Tensor>>("TENSORS");
    expect(Object.values(tensors).map(({ dtype }) => dtype)).toEqual(Object.keys(tensors));
    for (const [name, value] of Object.entries(tensors)) expect(await things.method("same", name, value)).toBe(true);
    const arrays = await attribute<Record<string, Tensor>>("ARRAYS");
    for (const [name, value] of Object.entries(arrays)) {
      expect([value.dtype, pythonType(value)]).toEqual([name, "numpy.ndarray"]);
      expect(await things.method("same", `array.${name}`, value)).toBe(true);
    }
  });

  test("a whole number is an int, unless a float is asked for", async () => {
    expect(await things.method("describe", 1, new Float(1), 1.5, -0, keywords({ a: 2n }))).toBe(
      "((1, 1.0, 1.5, -0.0), {'a': 2})",
    );
  });

  test("nothing is changed for Python's sake: undefined fields are left out", async () => {
    expect(await things.method("describe", { a: undefined, b: null }, tuple(1), keywords({ c: undefined }))).toBe(
      "(({'b': None}, (1,)), {})",
    );
  });

  test.each([
    ["undefined", undefined, /^\[0\]: expected a value that Python can be given, got undefined/],
    ["a symbol", Symbol("s"), /^\[0\]: expected .*, got Symbol\(s\)/],
    ["a date", [{ when: new Date(0) }], /^\[0\]\[0\]\.when: expected .*, got a Date/],
    ["a typed array", new Float32Array(2), /^\[0\]: expected .*, got a Float32Array/],
    ["a promise", Promise.resolve(1), /^\[0\]: expected .*, got a Promise/],
    ["a tensor that does not fit", { dtype: "float32", shape: [3], data: new Float32Array(2) }, /\[0\]: shape \[3\]/],
  ])("refuses %s before it crosses", async (_, value, message) => {
    await expect(things.method("identity", value)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(message),
    });
  });

  test("what holds itself is refused there, and stays here", async () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    await expect(things.method("identity", cycle)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/holds itself/),
    });
    const [inner] = await things.method<[PythonObject]>("cyclic");
    expect(inner.type).toBe("list");
    expect(await inner.length()).toBe(1);
  });
});

describe("objects", () => {
  test("are made, called, asked for attributes and items", async () => {
    const Meter = await things.get<PythonObject>("Meter");
    await using meter = await Meter.call<PythonObject>(keywords({ start: 1 }));
    expect(meter.type).toBe("things.Meter");
    await meter.method("update", 2, keywords({ n: 3 }));
    expect(await meter.get("total")).toBe(7);
    expect(await meter.call(2)).toBe(14);
    expect(await meter.length()).toBe(1);
    await meter.setItem(0, 5);
    expect(await meter.item(0)).toBe(5);
    expect(await meter.item(new Slice(null, null))).toEqual([5]);
    expect(await meter.contains(5)).toBe(true);
    await meter.set("total", 0.5);
    expect(await meter.get("total")).toBe(0.5);
    expect(await Meter.method("double", 4)).toBe(8);
    expect(await Meter.get("unit")).toBe("images");
    const other = await Meter.method<PythonObject>("from_list", [1, 2]);
    expect(await other.get("log")).toEqual([1, 2]);
    expect(await meter.same(meter)).toBe(true);
    expect(await meter.same(other)).toBe(false);
    expect(await meter.names()).toEqual(["alive", "broken", "double", "from_list", "log", "total", "unit", "update"]);
  });

  test("a name that is not there is told with the nearest, a property's own error as it is", async () => {
    const meter = await (await things.get<PythonObject>("Meter")).call<PythonObject>();
    await expect(meter.method("updat", 1)).rejects.toMatchObject({
      code: "usage",
      message: "there is no updat in things.Meter",
      suggestion: "did you mean update?",
    });
    await expect(meter.get("broken")).rejects.toMatchObject({
      code: "python",
      message: expect.stringMatching(/is broken/),
    });
    await expect(things.method("nett")).rejects.toMatchObject({ suggestion: "did you mean net?" });
  });

  test("closures and bound methods are objects too", async () => {
    const add = await things.method<PythonObject>("make_adder", 3);
    expect(await add.call(4)).toBe(7);
    const bound = await (await (await things.get<PythonObject>("Meter")).call<PythonObject>()).get<PythonObject>(
      "update",
    );
    expect(await bound.call(1)).toBeNull();
  });

  test("a tensor may stay in Python", async () => {
    const torch = await backend.import("torch");
    await using ones = await torch.with({ keep: true }).method<PythonObject>("ones", [2, 2]);
    expect(ones.type).toBe("torch.Tensor");
    await using twice = await ones.with({ keep: true }).method<PythonObject>("mul", 2);
    expect(await torch.method("sum", twice)).toEqual(tensor(Float32Array.of(8), []));
  });

  test("a module's parameters are read and written by name", async () => {
    await using net = await things.method<PythonObject>("net");
    const state = await net.method<Record<string, Tensor>>("state_dict");
    expect(Object.keys(state)).toEqual([
      "0.weight",
      "0.bias",
      "1.weight",
      "1.bias",
      "1.running_mean",
      "1.running_var",
      "1.num_batches_tracked",
    ]);
    await net.method("load_state_dict", { "0.bias": tensor(Float32Array.of(1, 2, 3)) }, keywords({ strict: false }));
    expect(await net.method("get_parameter", "0.bias")).toEqual(tensor(Float32Array.of(1, 2, 3)));
    await net.method("eval");
    expect(await net.get("training")).toBe(false);
  });

  test("disposed of, or of another backend: said so", async () => {
    const meter = await (await things.get<PythonObject>("Meter")).call<PythonObject>();
    await meter.dispose();
    await meter.dispose();
    await delay(20);
    await expect(meter.length()).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/was disposed of/),
    });
    await using other = await open({ backend: "torch" });
    const math = await other.import("math");
    await expect(math.method("sqrt", things)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/of another one/),
    });
    await other.close();
    await expect(math.method("sqrt", 4)).rejects.toMatchObject({ code: "closed" });
  });

  test("context managers", async () => {
    for (const name of ["Managed", "AsyncManaged"]) {
      const managed = await (await things.get<PythonObject>(name)).call<PythonObject>();
      {
        await using entered = await managed.enter();
        expect([entered.value, await managed.get("state")]).toEqual(["entered", "inside"]);
      }
      expect(await managed.get("state")).toBe("left");
    }
  });

  test("a module that is not there, or does not import", async () => {
    await expect(backend.import("thingz", { folder })).rejects.toMatchObject({
      code: "usage",
      suggestion: "did you mean things?",
    });
    await expect(backend.import("things", { folder: "/nowhere" })).rejects.toMatchObject({ code: "usage" });
  });
});

describe("streams", () => {
  test("a generator computes when it is asked, and is closed when the loop is left", async () => {
    const numbers = await things.method<PythonObject>("count_up", 1000);
    for await (const number of numbers) if (number === 2) break;
    expect(await things.get("EVENTS")).toEqual(["computed 0", "computed 1", "computed 2", "closed"]);
  });

  test("iterators, async generators and coroutines", async () => {
    const values = async (of: PythonObject) => {
      const found: unknown[] = [];
      for await (const value of of) found.push(value);
      return found;
    };
    expect(await values(await things.method<PythonObject>("count_slowly", 3))).toEqual([0, 1, 2]);
    expect(
      await values(await (await things.get<PythonObject>("Meter")).method<PythonObject>("from_list", [1, 2])),
    ).toEqual([1, 2]);
    expect(await things.method("later", "done")).toBe("done");
  });

  test("an async iterable of ours is one of Python's: each loop begins it afresh, and ends it", async () => {
    const events: string[] = [];
    const batches = {
      async *[Symbol.asyncIterator]() {
        try {
          for (const size of [1, 2, 3]) {
            await delay(1);
            yield tensor(new Float32Array(size).fill(size));
          }
        } finally {
          events.push("ended");
        }
      },
    };
    expect(await things.method("total", batches)).toBe(14);
    expect(await things.method("total", batches)).toBe(14);
    expect(await things.method("first_of", batches)).toEqual(tensor(Float32Array.of(1)));
    expect(events).toEqual(["ended", "ended", "ended"]);
    expect(await things.method("total", new Set<Tensor>([tensor(Float32Array.of(4))]))).toBe(4);
  });

  test("what is printed arrives as lines", async () => {
    const lines: string[] = [];
    await things.with({ onOutput: (line, stream) => lines.push(`${stream}: ${line}`) }).method("speak", 2);
    expect(lines).toEqual(["stdout: line 0", "stdout: line 1", "stdout: no end"]);
  });
});

describe("functions of ours", () => {
  test("are called, with values and by name, and may take their time", async () => {
    expect(await things.method("apply", (a: number, b: number) => a + b, 1, 2)).toBe(3);
    const named = async (a: number, { b }: { b: number }) => {
      await delay(5);
      return { sum: a + b };
    };
    expect(await things.method("apply", named, 1, keywords({ b: 2 }))).toEqual({ sum: 3 });
    const double = ({ data, shape }: Tensor<"float32">) =>
      tensor(
        data.map((x) => 2 * x),
        shape,
      );
    expect(await things.method("apply", double, tensor(new Float32Array(1e5).fill(1)))).toEqual(
      tensor(new Float32Array(1e5).fill(2)),
    );
  });

  test("may call Python again, as deep as they like", async () => {
    const factorial = async (n: number): Promise<number> =>
      n <= 1 ? 1 : n * (await things.method<number>("apply", factorial, n - 1));
    expect(await things.method("apply", factorial, 6)).toBe(720);
  });

  test("what they throw arrives as itself, and Python may catch it", async () => {
    const error = new RangeError("ours");
    const throwing = () => {
      throw error;
    };
    await expect(things.method("apply", throwing)).rejects.toBe(error);
    expect(await things.method("caught", throwing)).toBe("TypeScriptError: RangeError: ours");
  });

  test("an exception of Python's that they let pass arrives there as itself", async () => {
    expect(await things.method("caught", () => things.method("fail", "inner"))).toBe("KeyError: 'inner'");
    await expect(things.method("apply", () => things.method("fail", "inner"))).rejects.toMatchObject({
      code: "python",
      python: { type: "builtins.KeyError" },
    });
  });

  test("stay as long as Python holds them", async () => {
    const calls: number[] = [];
    const listener = (value: number) => calls.push(value);
    await things.method("hold", listener);
    expect(await things.method("held", 1)).toEqual([1]);
    expect(await things.method("held", 2)).toEqual([2]);
    expect(calls).toEqual([1, 2]);
    await things.method("let_go");
    await things.method("hold", listener);
    expect(await things.method("held", 3)).toEqual([3]);
    await things.method("let_go");
  });
});

describe("in place", () => {
  test("what Python changed in a copy is changed here", async () => {
    const old = tensor(Float32Array.of(0, 2));
    const changed: [string, object][] = [];
    const watched = things.with({ onChanged: (place, now) => changed.push([place, now]) });
    await watched.method("ema_inplace", old, tensor(Float32Array.of(4, 4)), 0.5);
    expect(old.data).toEqual(Float32Array.of(2, 3));
    expect(changed).toEqual([["[0]", tensor(Float32Array.of(2, 3))]]);
    const values = array(tensor(new Float64Array(3), [3]));
    await things.method("fill", values, keywords({ value: 2 }));
    expect(values.data).toEqual(Float64Array.of(2, 2, 2));
    const large = tensor(new Float32Array(1e5));
    await things.method("fill", array(large), 1);
    expect(large.data[99_999]).toBe(1);
  });

  test("a tensor of another size cannot be written back, which is said", async () => {
    await expect(things.method("grow", tensor(new Float32Array(2)))).rejects.toMatchObject({
      code: "usage",
      message: "[0]: Python made float32 [4] of what was float32 [2]",
    });
  });
});

describe("giving up", () => {
  const startsWithinASecond = async (work: (signal: AbortSignal) => Promise<unknown>) => {
    const controller = new AbortController();
    const given = work(controller.signal);
    setTimeout(() => controller.abort(), 100);
    await expect(given).rejects.toMatchObject({ code: "cancelled" });
    return things.method("identity", "next");
  };

  test("a sleeping call, a loop that catches everything, a function of ours that never answers", async () => {
    expect(await startsWithinASecond((signal) => things.with({ signal }).method("sleep", 60))).toBe("next");
    expect(await startsWithinASecond((signal) => things.with({ signal }).method("stubborn", 20))).toBe("next");
    expect(
      await startsWithinASecond((signal) => things.with({ signal }).method("apply", () => new Promise(() => {}))),
    ).toBe("next");
  });

  test("a thousand calls at once, those that Python has and those that it has not", async () => {
    const meter = await (await things.get<PythonObject>("Meter")).call<PythonObject>();
    for (const wait of [0, 300]) {
      const controller = new AbortController();
      const asked = things.with({ signal: controller.signal });
      const given = Array.from({ length: 1000 }, () => asked.method("stubborn", 20).catch((error) => error.code));
      await delay(wait);
      controller.abort();
      expect(new Set(await Promise.all(given))).toEqual(new Set(["cancelled"]));
      const aborted = performance.now();
      const next = things.method("identity", "next");
      while (performance.now() - aborted < wait * 4); // Node does not hear meanwhile that they have ended
      expect(await next).toBe("next");
    }
    expect(await meter.get("total")).toBe(0);
  });

  test("Python that holds everything up is replaced, and what lived in it says so", async () => {
    await using own = await open({ backend: "torch" });
    const old = await own.import("things", { folder });
    const signal = AbortSignal.timeout(500);
    // Matching this is one instruction, which nothing interrupts.
    const re = await own.import("re");
    await expect(re.with({ signal }).method("match", "(a+)+b", "a".repeat(40))).rejects.toMatchObject({
      code: "cancelled",
    });
    await delay(1500);
    expect(await (await own.import("math")).method("sqrt", 9)).toBe(3);
    await expect(old.method("identity", 1)).rejects.toMatchObject({
      code: "crashed",
      message: expect.stringMatching(/would not stop/),
    });
  });
});

test("handles that are dropped free what they stood for", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const before = await things.method<number>("meters_alive");
  let meters: PythonObject[] | undefined = await things.method<PythonObject[]>("meters", 10_000);
  expect(await things.method("meters_alive")).toBe(before + 10_000);
  expect(await meters[9_999]?.length()).toBe(0);
  meters = undefined;
  await vi.waitFor(
    async () => {
      collectGarbage();
      // Other tests' handles may go as well.
      expect(await things.method("meters_alive")).toBeLessThanOrEqual(before);
    },
    { timeout: 20_000, interval: 50 },
  );
});
