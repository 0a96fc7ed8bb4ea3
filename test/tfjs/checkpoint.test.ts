import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TorchBackend } from "../../src/backend.ts";
import { open } from "../../src/open.ts";
import { packageVersion } from "../../src/package.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/safetensors.ts";
import { type ModelSpecInput, modelSpec } from "../../src/schema/models.ts";
import { toHalves } from "../../src/tensor/halves.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
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
  const bytes = await readFile(path);
  const back = decodeCheckpoint(bytes, path);
  expect(back.spec).toEqual(other.spec);
  expect(readTensors(back)).toEqual(await other.read());
  expect(Buffer.concat(encodeCheckpoint(back, packageVersion())).equals(bytes)).toBe(true);
});

test("what it says of its pixels' normalization is the same text on both sides", async () => {
  const network = built({ kind: "linear", inFeatures: 1, outFeatures: 1 });
  network.normalization = { scale: 16, mean: [0.30538611256089077, 1e-7, 0], std: [0.25, 1, 1e21] };
  const bytes = Buffer.concat(encodeCheckpoint(network, packageVersion()));
  const path = join(await temporaryFolder(), "normalised.safetensors");
  await writeFile(path, bytes);
  const theirs = await torch.load(path);
  expect(theirs.normalization).toEqual(network.normalization);
  await theirs.save(path);
  expect((await readFile(path)).equals(bytes)).toBe(true);
});

test.each(["float16", "bfloat16", "float64"] as const)("numbers of %s are converted", (dtype) => {
  const { tensors, metadata } = decodeSafetensors(encoded({ kind: "linear", inFeatures: 1, outFeatures: 1 }));
  const values = Float32Array.of(-1.5);
  const given =
    dtype === "float64" ? tensor(Float64Array.from(values), [1, 1]) : tensor(toHalves(values, dtype), [1, 1], dtype);
  const bytes = Buffer.concat(encodeSafetensors({ ...tensors, mu_weight: given }, metadata));
  expect(readTensors(decodeCheckpoint(bytes, "here")).mu_weight).toEqual(tensor(values, [1, 1]));
});

test("a header's length, whose bytes may begin like a pickle's, decides nothing", () => {
  const spec: ModelSpecInput = { kind: "linear", inFeatures: 1, outFeatures: 1 };
  const small = Buffer.concat(encodeCheckpoint(built(spec), "0.1.0"));
  expect([...small.subarray(0, 2)]).toEqual([0x80, 0x02]);
  expect(decodeCheckpoint(small, "here").spec).toMatchObject(spec);
});

test.each(["module.", "_orig_mod.", "_orig_mod.module."])("the prefix %s of all names is taken off", (prefix) => {
  const spec: ModelSpecInput = { kind: "resnet20", seed: 4 };
  const { tensors, metadata } = decodeSafetensors(encoded(spec));
  const wrapped = Object.fromEntries(Object.entries(tensors).map(([name, it]) => [`${prefix}${name}`, it]));
  const bytes = Buffer.concat(encodeSafetensors(wrapped, metadata));
  expect(readTensors(decodeCheckpoint(bytes, "here"))).toEqual(tensors);
});

test.each(["module.", "model.", "net.inner."])("the prefix %s is named where it stays", (prefix) => {
  const { tensors, metadata } = decodeSafetensors(encoded({ kind: "resnet20" }));
  const { "linear.mu_bias": bias = tensor(new Float32Array(0)), ...others } = tensors;
  const wrapped = Object.fromEntries(Object.entries(others).map(([name, it]) => [`${prefix}${name}`, it]));
  const bytes = Buffer.concat(encodeSafetensors({ ...wrapped, "linear.mu_bias": bias }, metadata));
  expect(() => decodeCheckpoint(bytes, "here")).toThrow(
    expect.objectContaining({ code: "checkpoint", suggestion: expect.stringContaining(`the prefix "${prefix}"`) }),
  );
});

test.each<[string, Tensor, string]>([
  ["integers for a parameter", tensor(BigInt64Array.of(1n)), "mu_weight int64 instead of float32"],
  ["bytes for a parameter", tensor(Uint8Array.of(1)), "mu_weight uint8 instead of float32"],
  ["bools for a parameter", tensor(Uint8Array.of(1), [1], "bool"), "mu_weight bool instead of float32"],
  [
    "complex numbers for a parameter",
    tensor(Float32Array.of(1, 0), [1], "complex64"),
    "mu_weight complex64 instead of float32",
  ],
  ["real numbers for a count", tensor(Float32Array.of(1)), "num_batches_tracked float32 instead of int64"],
])("%s are refused", (_, given, message) => {
  const count = message.startsWith("num");
  const spec: ModelSpecInput = count
    ? { kind: "batchnorm2d", features: 2 }
    : { kind: "linear", inFeatures: 1, outFeatures: 1 };
  const { tensors, metadata } = decodeSafetensors(encoded(spec));
  const name = count ? "num_batches_tracked" : "mu_weight";
  const changed = { ...tensors, [name]: { ...given, shape: tensors[name]?.shape ?? [] } };
  const bytes = Buffer.concat(encodeSafetensors(changed, metadata));
  expect(() => decodeCheckpoint(bytes, "here")).toThrow(
    expect.objectContaining({ code: "checkpoint", message: expect.stringContaining(`of another dtype: ${message}`) }),
  );
});

test("a tensor named __proto__ is one that is not expected", () => {
  const { tensors, metadata } = decodeSafetensors(bayesian());
  const odd = Object.fromEntries([...Object.entries(tensors), ["__proto__", tensor(Float32Array.of(1))]]);
  const bytes = Buffer.concat(encodeSafetensors(odd, metadata));
  expect(() => decodeCheckpoint(bytes, "here")).toThrow(/unexpected: __proto__$/);
});

test.each([undefined, 0.1])(
  "a plain network's weights become the means of a Bayesian one, as in torch: sigma %s",
  async (relativeSigma) => {
    const path = join(await temporaryFolder(), "plain.safetensors");
    const plain = encoded({ kind: "resnet20", bayesian: false, seed: 5 });
    await writeFile(path, plain);
    const ours = decodeCheckpoint(plain, path, { pretrained: true, relativeSigma });
    const theirs = await torch.load(path, { pretrained: true, relativeSigma });
    expect(ours.spec).toEqual(theirs.spec);
    expect(readTensors(ours)).toEqual(await theirs.read());
  },
);

test("sigma in parts of the weights is above 0 where these are 0, and is refused of a Bayesian checkpoint", () => {
  const plain = encoded({ kind: "resnet20", bayesian: false });
  const found = readTensors(decodeCheckpoint(plain, "here", { pretrained: true, relativeSigma: 0.5 }));
  const [mean, logSigma] = [found["conv1.mu_weight"], found["conv1.sigma_weight"]];
  expect(Math.exp(Number(logSigma?.data[7]))).toBeCloseTo(Math.abs(Number(mean?.data[7])) / 2, 6);
  expect(found["bn1.mu_bias"]?.data[0]).toBe(0);
  expect(found["bn1.sigma_bias"]?.data[0]).toBe(-20);
  expect(() => decodeCheckpoint(bayesian(), "here", { relativeSigma: 0.5 })).toThrow(
    /relativeSigma: expected pretrained/,
  );
});

const bayesian = () => encoded({ kind: "resnet20" });

test.each<[string, () => Uint8Array, Parameters<typeof decodeCheckpoint>[2], object]>([
  ["damage", () => bayesian().subarray(0, 5000), {}, { code: "checkpoint", message: /its tensors take|should be/ }],
  ["a .pt file", () => Buffer.from("PK\x03\x04 and more"), {}, { code: "checkpoint", message: /\.pt/ }],
  ["an older .pt file", () => Buffer.from("\x80\x04 and more", "latin1"), {}, { message: /\.pt/ }],
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
  ["a plain spec", bayesian, { spec: { kind: "resnet20", bayesian: false } }, { message: /unexpected: bn1\.eps_bias/ }],
  [
    "means of a Bayesian file",
    bayesian,
    { pretrained: true },
    { message: /expected a plain network in here, but it holds bn1\.eps_bias/ },
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
