import { AdsamError } from "../../errors.ts";
import { streamKey, uniformNumbers } from "../../random.ts";
import { architectures } from "../../schema/architectures.ts";
import { isNetworkSpec, type ModelSpec, type NetworkSpec } from "../../schema/models.ts";
import { gaussianFamily, plainFamily } from "../layers/family.ts";
import { GaussianNoise, type NoiseSource } from "../noise.ts";
import type { Network } from "./network.ts";
import { ResNet } from "./resnet.ts";
import { Single } from "./single.ts";
import { Vgg } from "./vgg.ts";

/**
 * The model that `spec` describes, a network or one layer on its own, in train mode. An engine must have been started.
 * Its initial values are those of `spec.seed` on every engine, and its noise comes from a stream of its own.
 * @throws AdsamError `usage` when the spec contradicts itself, or asks for other numbers than float32.
 */
export function build(spec: ModelSpec): Network {
  if (spec.dtype !== "float32") {
    throw new AdsamError("usage", `the tfjs backend computes in float32 only, got dtype ${spec.dtype}`, {
      suggestion: "take float32, or the torch backend",
    });
  }
  const noise = new GaussianNoise(spec.seed);
  const uniform = uniformNumbers(streamKey(spec.seed, "initial values"));
  return isNetworkSpec(spec) ? network(spec, noise, uniform) : new Single(spec, noise, uniform);
}

function network(spec: NetworkSpec, noise: NoiseSource, uniform: () => number): Network {
  const facts = architectures[spec.kind];
  const family = (he: boolean) => (spec.bayesian ? gaussianFamily(spec, noise, uniform) : plainFamily(he, uniform));
  switch (facts.family) {
    case "resnet":
      return new ResNet(spec, facts, family(true), noise);
    case "vgg":
      return new Vgg(spec, facts, family(false), noise);
  }
}
