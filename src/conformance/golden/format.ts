import * as z from "zod";
import { architectureNames } from "../../schema/architectures.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import { count, positiveCount } from "../../schema/numbers.ts";
import { layerKinds, layerSpec } from "./layer-arguments.ts";

// Anything that is compared may be null: nothing to compare.
const value = z.number().nullable();
const values = z.array(value).nullable();
const digest = z.tuple([value, value, value]).nullable();
const digests = z.record(z.string(), digest).nullable();
const names = z.array(z.string());
const shape = z.array(positiveCount).min(1);

/** A layer on its own: the numbers in full. */
export const layerRecord = z
  .strictObject({
    id: z.string(),
    sigma_fill: z.number(),
    sigma_0: z.number().positive(),
    kind: z.enum(layerKinds),
    args: z.array(z.unknown()),
    kwargs: z.record(z.string(), z.unknown()),
    train: z.boolean(),
    fix: z.boolean(),
    sample: z.boolean(),
    x_shape: shape,
    out_shape: shape,
    out: values,
    kl: value,
    grad_x: values,
    grads: z.record(z.string(), values).nullable(),
    running_mean: values.optional(),
    running_var: values.optional(),
    num_batches_tracked: count.nullable().optional(),
  })
  .transform((record, context) => ({ ...record, spec: layerSpec(record, context) }));
export type LayerRecord = z.output<typeof layerRecord>;

const network = {
  id: z.string(),
  model: z.enum(architectureNames),
  bayesian: z.boolean(),
  classes: z.int().min(2),
  image: positiveCount,
  batch: positiveCount,
  N: positiveCount,
  sigma_fill: z.number().nullable(),
  sigma_0: z.number().positive().nullable(),
};

type NetworkFields = z.output<z.ZodObject<typeof network>>;

/** With the network that a record names; a plain one has no prior. */
function withSpec<Fields extends NetworkFields>(record: Fields): Fields & { readonly spec: ModelSpecInput } {
  const { model: kind, classes, bayesian, sigma_0 } = record;
  return { ...record, spec: { kind, classes, bayesian, ...(sigma_0 === null ? {} : { priorSigma: sigma_0 }) } };
}

function requireSigmas(record: NetworkFields, context: z.core.$RefinementCtx): void {
  for (const field of ["sigma_fill", "sigma_0"] as const) {
    if (!record.bayesian || record[field] !== null) continue;
    context.addIssue({
      code: "custom",
      path: [field],
      message: "expected a number for a Bayesian network",
      params: { got: null },
    });
  }
}

/** A network after one forward and backward in train mode, and in eval mode then. */
export const networkRecord = z
  .strictObject({
    ...network,
    train_logits: values,
    kl: value,
    loss: value,
    draws: count.nullable(),
    parameters: count.nullable(),
    state_keys: names.nullable(),
    grads: digests,
    running: digests,
    eval_logits: values,
    eval_sampled_logits: values,
  })
  .superRefine(requireSigmas)
  .transform(withSpec);
export type NetworkRecord = z.output<typeof networkRecord>;

const traceForward = z.strictObject({
  fixed_noise: z.boolean(),
  eps: z.array(digest).nullable(),
  loss: value,
  kl: value,
});

const traceStep = z.strictObject({
  loss: value,
  top1_percent: value,
  draws: z.tuple([count, count]).nullable(),
  forwards: z.array(traceForward),
  params: digests,
  running: digests,
});

/** A network over several steps of Adversarial Sampling with one optimizer. */
export const traceRecord = z
  .strictObject({
    ...network,
    ratio: z.number().min(0).max(1),
    samplings: positiveCount,
    lr: z.number().positive(),
    optimizer: z.enum(["adam", "sgd"]),
    gradient_mode: z.enum(["accumulated", "fresh"]),
    eps_order: names,
    steps: z.array(traceStep).min(1),
  })
  .superRefine(requireSigmas)
  .superRefine(({ eps_order, steps }, context) => {
    for (const [j, step] of steps.entries()) {
      for (const [i, { eps }] of step.forwards.entries()) {
        if (eps === null || eps.length === eps_order.length) continue;
        const message = `expected ${eps_order.length} digests as in eps_order`;
        context.addIssue({
          code: "custom",
          path: ["steps", j, "forwards", i, "eps"],
          message,
          params: { got: eps.length },
        });
      }
    }
  })
  .transform(withSpec);
export type TraceRecord = z.output<typeof traceRecord>;
