import * as z from "zod";
import type { Cancellable, Model } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { architectures } from "../../schema/architectures.ts";
import type { ModelSpec } from "../../schema/models.ts";
import type { GradientOptionsInput } from "../../schema/options.ts";
import type { Tensor } from "../../tensor.ts";
import { abortSignal, validate } from "../../validation.ts";
import type { Counterparts } from "./counterparts.ts";
import { type Departure, departureOf } from "./departure.ts";
import { pass } from "./pass.ts";
import { training } from "./rehearsals.ts";
import { Tolerances } from "./rounding.ts";
import { ask, inOrder, type Material, named, type Sides } from "./sides.ts";

/** How two models are followed. */
export interface BisectOptions extends Cancellable {
  /**
   * The right model in the left one's dtype, such as torch in float32 where `right` is torch in float64: how far rounding alone
   * takes an implementation. Without it tolerances grow with the square root of the number of operations.
   */
  readonly yardstick?: Model | undefined;
  /**
   * Also follow single training steps: only where the target is labels, and true unless told otherwise for ResNets. A VGG's
   * convolutions have biases that batch norm takes away: their gradients are rounding, and signs of them arbitrary.
   */
  readonly training?: boolean | undefined;
}

/** Where two models part. */
export interface Bisection {
  /** What parts first; null when nothing does. */
  readonly departure: Departure | null;
  /** How many tensors and numbers agreed before it. */
  readonly agreed: number;
  /** The last of them. */
  readonly lastAgreeing: Pick<Departure, "quantity" | "place" | "name"> | null;
}

async function* states(sides: Sides): AsyncGenerator<Counterparts> {
  const found = await ask(sides, (model) => model.read());
  for (const name of inOrder(sides, found)) {
    yield { quantity: "state", place: "before anything", ...named(found, name) };
  }
}

/** Whether a target is labels for a network, not a direction for a layer's output. */
function isLabels({ dtype }: Tensor): boolean {
  return dtype === "int64" || dtype === "uint8";
}

/** Everything that the two may differ in, in the order in which a fault spreads. */
async function* pairsOf(sides: Sides, material: Material, follow: boolean): AsyncGenerator<Counterparts> {
  yield* states(sides);
  const objective = isLabels(material.target) ? "elbo" : "projection";
  const options: GradientOptionsInput = { objective, beta: 1e-4, noise: { kind: "wave", next: 0 } };
  yield* pass("train pass", sides, material, { ...options, train: true, weights: "fresh" });
  yield* pass("eval pass", sides, material, { ...options, train: false, weights: "stored" });
  if (follow && objective === "elbo") yield* training(sides, material);
}

const bisectOptions = z.strictObject({
  yardstick: z.custom<Model>((value) => typeof value === "object" && value !== null, "expected a model").optional(),
  training: z.boolean().optional(),
  signal: abortSignal.optional(),
});

/** Whether rounding alone leaves training steps comparable: see `BisectOptions.training`. */
function followable(spec: ModelSpec): boolean {
  if (!("classes" in spec)) return false;
  const { family } = architectures[spec.kind];
  switch (family) {
    case "resnet":
      return true;
    case "vgg":
      return false;
  }
}

/**
 * The first thing that is not the same in two models: their tensors; then in a forward and backward in train mode, and in one in
 * eval mode, the operations from the input on, the KL divergence and the loss, the running statistics, the gradients from the
 * loss back; then what single training steps do. Both are left as they were.
 * @param right is taken to be right; in float64 where it can be.
 * @param target labels [N], or the direction shaped as the output for a single layer.
 * @throws AdsamError whatever a model refuses; nothing is thrown because two models differ.
 */
export async function bisect(
  left: Model,
  right: Model,
  input: Tensor,
  target: Tensor,
  options: BisectOptions = {},
): Promise<Bisection> {
  const { yardstick, training: follow, signal } = validate(bisectOptions, options, "bisect");
  const material: Material = { input, target, signal };
  if (follow && !isLabels(target))
    throw new AdsamError("usage", "bisect: training: expected a network and labels to train with, got a direction");
  const pairs = pairsOf({ left, right, yardstick }, material, follow ?? followable(right.spec));
  const tolerances = new Tolerances();
  let agreed = 0;
  let lastAgreeing: Bisection["lastAgreeing"] = null;
  for await (const pair of pairs) {
    const departure = departureOf(pair, tolerances.of(pair));
    if (departure !== null) return { departure, agreed, lastAgreeing };
    agreed += 1;
    lastAgreeing = { quantity: pair.quantity, place: pair.place, name: pair.name };
  }
  return { departure: null, agreed, lastAgreeing };
}
