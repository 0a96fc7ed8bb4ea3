import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TorchBackend } from "../../src/backend.ts";
import { open } from "../../src/open.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/safetensors/format.ts";
import { type ModelSpecInput, modelSpec } from "../../src/schema/models.ts";
import { decodeCheckpoint, encodeCheckpoint, readTensors } from "../../src/tfjs/checkpoint.ts";
import { startEngine } from "../../src/tfjs/engine.ts";
import { build } from "../../src/tfjs/models/build.ts";
import { temporaryFolder } from "../temporary.ts";

let torch: TorchBackend;
beforeAll(async () => {
  await startEngine();
  torch = await open({ backend: "torch" });
});
afterAll(() => torch.close());

const built = (spec: ModelSpecInput) => build(modelSpec.parse(spec));
const encoded = (spec: ModelSpecInput) => Buffer.concat(encodeCheckpoint(built(spec), "1.2.3"));

test.each<[string, ModelSpecInput]>([
  ["a Bayesian network", { kind: "resnet20", classes: 7, seed: 3 }],
  ["a plain one", { kind: "resnet20", bayesian: false, priorSigma: 0.3 }],
  ["batch norm with its count", { kind: "batchnorm2d", features: 3, momentum: null }],
])("%s written here loads in torch, and the other way round", async (name, spec) => {
  const network = built(spec);
  const path = join(await temporaryFolder(), `${name}.safetensors`);
  await writeFile(path, Buffer.concat(encodeCheckpoint(network, "1.2.3")));

  const theirs = await torch.load(path);
  expect(theirs.spec).toEqual(network.spec);
  expect(theirs.tensors).toEqual(network.tensors);
  expect(await theirs.read()).toEqual(readTensors(network));

  const other = await torch.model({ ...spec, seed: 12 });
  await other.save(path);
  const back = decodeCheckpoint(await readFile(path), path);
  expect(back.spec).toEqual(other.spec);
  expect(readTensors(back)).toEqual(await other.read());
});

test("a plain network's weights become the means of a Bayesian one, as in torch", async () => {
  const path = join(await temporaryFolder(), "plain.safetensors");
  const plain = encoded({ kind: "resnet20", bayesian: false, seed: 5 });
  await writeFile(path, plain);
  const ours = decodeCheckpoint(plain, path, { pretrained: true });
  const theirs = await torch.load(path, { pretrained: true });
  expect(ours.spec).toEqual(theirs.spec);
  expect(readTensors(ours)).toEqual(await theirs.read());
});

const bayesian = () => encoded({ kind: "resnet20" });

test.each<[string, () => Uint8Array, Parameters<typeof decodeCheckpoint>[2], object]>([
  ["damage", () => bayesian().subarray(0, 5000), {}, { code: "checkpoint", message: /its tensors take|should be/ }],
  ["a .pt file", () => Buffer.from("PK\x03\x04 and more"), {}, { code: "checkpoint", message: /\.pt/ }],
  [
    "another architecture",
    bayesian,
    { spec: { kind: "resnet32" } },
    { message: /^here does not fit resnet32: missing: layer1\.3\.conv1\.mu_weight, .* and \d+ more$/ },
  ],
  [
    "other classes",
    bayesian,
    { spec: { kind: "resnet20", classes: 3 } },
    { message: /of another shape: linear\.mu_weight \[10, 64\] instead of \[3, 64\]/ },
  ],
  [
    "a plain spec",
    bayesian,
    { spec: { kind: "resnet20", bayesian: false } },
    { message: /unexpected: conv1\.mu_weight/ },
  ],
  [
    "means of a Bayesian file",
    bayesian,
    { pretrained: true },
    { message: /expected a plain network in here, but it holds conv1\.sigma_weight/ },
  ],
  [
    "means for a plain spec",
    () => encoded({ kind: "resnet20", bayesian: false }),
    { pretrained: true, spec: { kind: "resnet20", bayesian: false } },
    { code: "usage" },
  ],
  ["float64", bayesian, { spec: { kind: "resnet20", dtype: "float64" } }, { code: "usage", message: /float32 only/ }],
])("%s is refused", (_, bytes, options, error) => {
  expect(() => decodeCheckpoint(bytes(), "here", options)).toThrow(
    expect.objectContaining({ code: "checkpoint", ...withMessage(error) }),
  );
});

test.each<[string, Record<string, string>, object]>([
  ["foreign metadata", { format: "pt" }, { code: "usage", message: "here does not say what model it holds" }],
  ["a later format", { format_version: "9" }, { code: "checkpoint", message: /^here has format 9, .* reads 1$/ }],
  ["an unknown model", { spec: '{"kind":"resnet21"}' }, { code: "checkpoint", message: /describes no model/ }],
  ["a spec that is no JSON", { spec: "{" }, { code: "checkpoint", message: /describes no model/ }],
])("%s is refused", (_, changed, error) => {
  const { tensors, metadata } = decodeSafetensors(bayesian());
  const bytes = Buffer.concat(encodeSafetensors(tensors, { ...metadata, ...changed }));
  expect(() => decodeCheckpoint(bytes, "here")).toThrow(expect.objectContaining(withMessage(error)));
});

function withMessage(error: object): object {
  const message = "message" in error ? error.message : undefined;
  return message instanceof RegExp ? { ...error, message: expect.stringMatching(message) } : error;
}
