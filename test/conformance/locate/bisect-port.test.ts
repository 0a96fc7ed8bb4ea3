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
  await twin.info();
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
  const { departure } = await bisectPort(torch, {
    torch: `followed:${name}`,
    folder: resolve("test/fixtures/python"),
    tfjs: (t) => implementations[name](t as never, (one) => one === fault),
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
  ["tapped", "half", "x * 0.5", "factor"],
] as const)("%s: %s is found in its line, and its kind is told", async (name, fault, text, kind) => {
  const departure = await find(name, fault);
  expect(departure?.python.text).toContain(text);
  expect(departure?.python.file).toMatch(/followed\.py$/);
  expect(departure?.fault?.kind).toBe(kind);
});

test("the line of the port is told", async () => {
  const departure = await find("attend", "scale");
  expect(departure?.port?.file).toMatch(/followed\.ts$/);
  expect(departure?.port?.line).toBe(13);
});

test("what is no function is refused", async () => {
  const asked = { folder: "test/fixtures/python", tfjs: () => [], inputs: {} };
  await expect(bisectPort(torch, { torch: "followed", ...asked })).rejects.toThrow("expected package.module:function");
});
