import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gaussian } from "../../../src/conformance/random.ts";
import { type Backend, bisectPort, open, type TorchBackend, tensor } from "../../../src/index.ts";
import { attend, repeated, tapped, weighted } from "./followed.ts";

const implementations = { attend, weighted, repeated, tapped };

let torch: TorchBackend;
let twin: Backend;

beforeAll(async () => {
  torch = await open({ backend: "torch", device: "cpu" });
  twin = await open({ backend: "tfjs" });
}, 60_000);

afterAll(async () => {
  await torch.close();
  await twin.close();
});

const normal = (seed: number, shape: readonly number[]) =>
  tensor(
    Float32Array.from(
      gaussian(
        seed,
        shape.reduce((a, b) => a * b, 1),
      ),
    ),
    shape,
  );

const inputs = {
  attend: { x: normal(1, [5, 8]), w: normal(2, [8, 24]) },
  weighted: { x: normal(1, [5, 3]), y: normal(3, [5, 3]) },
  repeated: { x: normal(1, [4, 6]), w: normal(2, [6, 6]) },
  tapped: { x: normal(1, [4, 3]) },
};

async function find(name: keyof typeof inputs, fault: string) {
  const { departure } = await bisectPort(twin, torch, {
    torch: `followed:${name}`,
    folder: resolve("test/fixtures/python"),
    port: (t: never) => implementations[name](t, (one) => one === fault),
    call: "named",
    inputs: inputs[name],
    differentiate: name === "weighted" ? ["x", "y"] : ["x"],
  });
  return departure;
}

test.each(["attend", "weighted", "repeated", "tapped"] as const)(
  "nothing departs in a right port: %s",
  async (name) => {
    expect(await find(name, "")).toBeNull();
  },
);

test.each([
  ["attend", "eps", "F.layer_norm(x, (8,))", "eps"],
  ["attend", "scale", "/ math.sqrt(8)", "factor"],
  ["attend", "mask", "torch.tril", "off by one"],
  ["attend", "axis", "F.softmax", "axis"],
  ["attend", "transposed", "weights @ v", "transposed"],
  ["attend", "activation", "F.gelu", "activation"],
  ["weighted", "detach", "y.detach()", "detach"],
  ["weighted", "reduction", "far.sum()", "reduction"],
  ["repeated", "third turn", "x @ w", "transposed"],
  ["repeated", "whole", "torch.tanh(x @ w)", "factor"],
  ["tapped", "half", "x * 0.5", "factor"],
] as const)("%s: %s is found in its line, and its kind is told", async (name, fault, text, kind) => {
  const departure = await find(name, fault);
  expect(departure?.python.text).toContain(text);
  expect(departure?.python.file).toMatch(/followed\.py$/);
  expect(departure?.fault?.kind).toBe(kind);
});

test.each([
  ["attend", "scale", 'div(Math.sqrt(planted("scale")'],
  ["attend", "mask", "tf.linalg.bandPart"],
  ["attend", "transposed", 'planted("transposed")'],
  ["attend", "activation", "tf.relu"],
  ["weighted", "reduction", "far.mean()"],
  ["repeated", "third turn", "tf.matMul(state"],
  ["repeated", "whole", "state.mul(2)"],
  ["tapped", "half", "0.25"],
] as const)("%s: %s is found in the port's line", async (name, fault, text) => {
  const departure = await find(name, fault);
  expect(departure?.port?.text).toContain(text);
  expect(departure?.port?.file).toMatch(/followed\.ts$/);
});

test("a factor on the whole that the port gives parts forward, though all on the way to it is Python's", async () => {
  expect(await find("repeated", "whole")).toMatchObject({
    phase: "forward",
    fault: { detail: "2 where Python has 1" },
  });
});

test("no line of the port's is named where what the operation starts from is written differently", async () => {
  expect((await find("attend", "axis"))?.port).toBeNull();
});

test("what ran around a departure: the operation on both sides, and what belongs together", async () => {
  const { python, port } = (await find("attend", "scale"))?.chains ?? { python: [], port: [] };
  expect(python.filter(({ status }) => status === "departs")).toMatchObject([{ operation: "div", line: 12 }]);
  expect(port.filter(({ status }) => status === "departs")).toMatchObject([{ operation: "RealDiv", line: 13 }]);
  const pairs = python.flatMap(({ operation, counterpart }) =>
    counterpart === null ? [] : [[operation, port[counterpart]?.operation]],
  );
  expect(pairs).toContainEqual(["matmul", "BatchMatMul"]);
  expect(pairs).toContainEqual(["chunk", "SplitV"]);
});

test("what is no function is refused", async () => {
  const asked = { folder: "test/fixtures/python", port: () => [], inputs: {} };
  await expect(bisectPort(twin, torch, { torch: "followed", ...asked })).rejects.toThrow(
    'expected "package.module:function"',
  );
});
