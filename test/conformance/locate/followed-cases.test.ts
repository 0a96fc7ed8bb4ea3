import { copyFile, mkdir, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, TorchBackend } from "../../../src/backend.ts";
import { type BisectPortOptions, bisectPort, portBisectionSvg } from "../../../src/conformance/index.ts";
import { open } from "../../../src/open.ts";
import { temporaryFolder } from "../../temporary.ts";

const root = resolve(import.meta.dirname, "../../..");
const folder = join(root, "test/fixtures/python");
const ports = join(root, "test/fixtures/ports/followed-ports.ts");

let candidate: Backend;
let reference: TorchBackend;
beforeAll(async () => {
  candidate = await open({ backend: "tfjs" });
  reference = await open({ backend: "torch", device: "cpu" });
}, 60_000);
afterAll(() => Promise.all([candidate.close(), reference.close()]));

function found(torch: string, port: BisectPortOptions["port"], options: Partial<BisectPortOptions> = {}) {
  return bisectPort(candidate, reference, { folder, torch: `proved:${torch}`, port, ...options });
}

const inputs = { x: "float32[4,3]" };

describe("a port in a file of TypeScript is followed as prove follows it", () => {
  test("in a training step: its lines, and Python's", async () => {
    const { departure, case: name } = await found("Trainer.step", `${ports}#step`, { inputs, init: { width: 3 } });
    expect(name).toBe("draw-1");
    expect(departure?.python).toMatchObject({ operation: "mean", text: expect.stringContaining(".mean()") });
    expect(departure?.port).toMatchObject({ file: ports, text: "return tf.sum(squares);" });
    expect(departure?.fault?.kind).toBe("reduction");
  });

  test("with what Python draws", async () => {
    const { departure } = await found("noisy", `${ports}#noisy`, { inputs });
    expect(departure?.python.operation).toBe("add");
    expect(departure?.port?.text).toContain('tf.sub(dropped, numbers(draws, "randn_like.0"))');
  });

  test("in a case of one's own: by its name, or the first in which it departs", async () => {
    const cases = [
      { id: "zeros", inputs: { x: 0 } },
      { id: "ones", inputs: { x: "float32[2]" } },
    ];
    const port = `${resolve(dirname(ports), "proved.ts")}#tripled`;
    expect(await found("scaled", port, { cases })).toMatchObject({ case: "ones", departure: { phase: "forward" } });
    expect(await found("scaled", port, { cases, case: "zeros" })).toMatchObject({ case: "zeros", departure: null });
    await expect(found("scaled", port, { cases, case: "zero" })).rejects.toThrow(
      "case: there is no zero: did you mean zeros?",
    );
  });

  test("on an edge, where one is named", async () => {
    const port = `${resolve(dirname(ports), "proved.ts")}#doubled`;
    expect(await found("scaled", port, { inputs, case: "denormals" })).toMatchObject({ departure: null });
  });

  test("in a folder that is named as one of this package", async () => {
    const own = join(await temporaryFolder(), "adversarial-sampling/src/conformance/locate");
    await mkdir(own, { recursive: true });
    await symlink(join(root, "node_modules"), join(own, "node_modules"));
    await copyFile(ports, join(own, "port-trace.ts"));
    const { departure } = await found("Trainer.step", join(own, "port-trace.ts#step"), { inputs, init: { width: 3 } });
    expect(departure?.port?.file).toBe(join(own, "port-trace.ts"));
  });
});

describe("what cannot be followed is refused", () => {
  test("a port without TensorFlow.js", async () => {
    await expect(found("scaled", `${ports}#byHand`, { inputs, as: "arrays" })).rejects.toThrow(
      "expected a port that computes with TensorFlow.js, got one that runs no kernel of it",
    );
  });

  test("a function that throws in each case", async () => {
    const cases = [{ id: "none", inputs: { x: "float32[0,3]" } }];
    await expect(found("softmax_rows", `${ports}#noisy`, { cases })).rejects.toThrow(
      /^expected a case that Python computes: /,
    );
  });

  test("an option that prove has and following has not", async () => {
    await expect(found("scaled", `${ports}#byHand`, { inputs, finds: true } as object)).rejects.toThrow(
      "unknown field finds",
    );
  });
});

describe("the picture", () => {
  test("is one file of SVG that a line with markup does not break", async () => {
    const bisection = await found("scaled", `${resolve(dirname(ports), "proved.ts")}#tripled`, { inputs });
    const svg = portBisectionSvg(bisection);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg.match(/departs ·/g)).toHaveLength(2);
    expect(svg).toContain("(x: tf.Tensor): tf.Tensor =&gt;");
    expect(svg).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  test("of a right port says that nothing departs", async () => {
    const bisection = await found("scaled", `${resolve(dirname(ports), "proved.ts")}#doubled`, { inputs });
    expect(portBisectionSvg(bisection)).toContain("Nothing departs");
  });
});
