import type { LoadOptions } from "../backend.ts";
import { normalizationText } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import { decodeSafetensors } from "../safetensors/decode.ts";
import { encodeSafetensors } from "../safetensors/encode.ts";
import { isSafetensors } from "../safetensors/format.ts";
import { type Normalization, normalization } from "../schema/data.ts";
import { type ModelSpec, modelSpec } from "../schema/models.ts";
import type { NamedTensors } from "../tensor.ts";
import { validate } from "../validation.ts";
import { checkMatch, keepsInitialValue, logSigmasOf, meansOf, unwrapped } from "./matching.ts";
import { build } from "./models/build.ts";
import type { Network } from "./models/network.ts";
import { fromTf, overwrite } from "./tensors.ts";

type Metadata = Readonly<Record<string, string>>;

const format = "adversarial-sampling";
const formatVersion = "1";

/**
 * Parameters and buffers as the parts of a safetensors file, to be written one after another. The same model gives the
 * same bytes, from the torch backend too.
 * @param packageVersion which version of this package the file will say that it was written by.
 */
export function encodeCheckpoint(network: Network, packageVersion: string): Uint8Array[] {
  return encodeSafetensors(readTensors(network), metadataOf(network, packageVersion));
}

/**
 * The model of a checkpoint, safetensors as either backend writes them. Names may have the prefixes of DataParallel
 * (`module.`) and torch.compile (`_orig_mod.`).
 * @param source what errors call the bytes: their path.
 * @param options.spec what the file holds; without it, the file must say so itself.
 * @param options.pretrained the file holds a plain network, whose weights become the means of the Bayesian one
 *   (weight -> mu_weight, bias -> mu_bias); sigmas stay initial.
 * @param options.relativeSigma with `pretrained`, the sigmas in parts of the means' absolute values instead (the delta of MOPED).
 * @throws AdsamError `checkpoint` when it is damaged, of another model or `.pt`, `usage` when nothing says what it holds.
 */
export function decodeCheckpoint(bytes: Uint8Array, source: string, options: LoadOptions = {}): Network {
  refusePickled(bytes, source);
  const { tensors: named, metadata } = decodeSafetensors(bytes, { name: source, code: "checkpoint" });
  const tensors = unwrapped(named);
  const { pretrained = false, relativeSigma } = options;
  if (!pretrained && relativeSigma !== undefined) {
    throw new AdsamError(
      "usage",
      "relativeSigma: expected pretrained with it, got a checkpoint with sigmas of its own",
    );
  }
  const spec =
    options.spec === undefined ? specOf(source, metadata, pretrained) : validate(modelSpec, options.spec, "spec");
  const network = build(spec);
  try {
    if (pretrained) loadMeans(network, tensors, source, relativeSigma);
    else loadTensors(network, tensors, source);
    network.normalization = normalizationOf(source, metadata);
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** All parameters and buffers, in the order of the checkpoint. Waits for the engine. */
export function readTensors(network: Network): NamedTensors {
  return Object.fromEntries([...network.variables].map(([name, variable]) => [name, fromTf(variable)]));
}

/**
 * Overwrites all of the model's parameters and buffers, rounded to float32.
 * @throws AdsamError `checkpoint` when the names, shapes or kinds of numbers (real, integer) differ; then nothing is overwritten.
 */
export function loadTensors(network: Network, tensors: NamedTensors, source: string): void {
  const own = network.variables;
  checkMatch(own, tensors, source, network.spec.kind);
  for (const [name, variable] of own) {
    const values = tensors[name];
    if (values !== undefined) overwrite(variable, values);
  }
}

/** What a file says about the model in it. */
function metadataOf({ spec, normalization }: Network, packageVersion: string): Metadata {
  return {
    format,
    format_version: formatVersion,
    package_version: packageVersion,
    spec: JSON.stringify(spec),
    ...(normalization === null ? {} : { normalization: normalizationText(normalization) }),
  };
}

function loadMeans(network: Network, tensors: NamedTensors, source: string, relativeSigma: number | undefined): void {
  const means = meansOf(tensors, source);
  if (!network.bayesian) {
    throw new AdsamError("usage", "expected the spec of a Bayesian model to take a plain network's weights as means");
  }
  const initial = Object.entries(readTensors(network)).filter(([name]) => keepsInitialValue(name));
  const sigmas = relativeSigma === undefined ? {} : logSigmasOf(means, relativeSigma);
  loadTensors(network, { ...Object.fromEntries(initial), ...means, ...sigmas }, source);
}

function specOf(source: string, metadata: Metadata, pretrained: boolean): ModelSpec {
  if (metadata.format !== format) {
    throw new AdsamError("usage", `${source} does not say what model it holds`, { suggestion: "give its spec" });
  }
  if (metadata.format_version !== formatVersion) {
    throw new AdsamError(
      "checkpoint",
      `${source} has format ${metadata.format_version}, this version of the package reads ${formatVersion}`,
      { suggestion: `it was written by version ${metadata.package_version}` },
    );
  }
  const spec = validate(modelSpec, parsed(metadata.spec ?? ""), `${source} describes no model`, "checkpoint");
  return pretrained && "bayesian" in spec ? { ...spec, bayesian: true } : spec;
}

function normalizationOf(source: string, metadata: Metadata): Normalization | null {
  if (metadata.format !== format || metadata.normalization === undefined) return null;
  return validate(normalization, parsed(metadata.normalization), `${source} describes no normalization`, "checkpoint");
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** A zip archive, or before torch 1.6 a bare pickle of protocol 2 to 5, is what `torch.save` writes. */
function refusePickled(bytes: Uint8Array, source: string): void {
  const [first = 0, second = 0] = bytes;
  const zip = first === 0x50 && second === 0x4b;
  const pickle = first === 0x80 && second >= 2 && second <= 5;
  if (isSafetensors(bytes) || !(zip || pickle)) return;
  throw new AdsamError("checkpoint", `${source} is a PyTorch file (.pt), which the tfjs backend cannot read`, {
    suggestion: "load it with the torch backend and save it as safetensors",
  });
}
