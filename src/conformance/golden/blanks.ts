import type { Answers, Value } from "./case.ts";
import type { GoldenSuite } from "./read.ts";
import { recipes } from "./recipes.ts";
import { normalised } from "./vanishing.ts";

export type Json = Readonly<Record<string, unknown>>;

/** A case to record: the record with nothing to compare yet, and how answers complete it. */
export interface Blank {
  readonly record: Json;
  readonly complete: (answers: Answers) => Json;
}

function all(answers: Answers, name: string): Value[] | null {
  const values = answers.get(name);
  return values === undefined ? null : Array.from(values);
}

function one(answers: Answers, name: string): Value {
  return answers.get(name)?.[0] ?? null;
}

/** The answers under a prefix, by the rest of their names; null where the name is one that rounding alone decides. */
function each(
  answers: Answers,
  prefix: string,
  isArbitrary = (_name: string) => false,
): Record<string, Value[] | null> {
  const names = [...answers.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return Object.fromEntries(names.map((name) => [name, isArbitrary(name) ? null : all(answers, prefix + name)]));
}

/** Fields of a record by name, as `take` finds them. */
function fields<Found>(names: readonly string[], take: (name: string) => Found): Record<string, Found> {
  return Object.fromEntries(names.map((name) => [name, take(name)]));
}

function layerBlank(recipe: (typeof recipes.layers)[number]): Blank {
  const running = recipe.kind !== "batchnorm2d" ? [] : ["running_mean", "running_var"];
  return {
    record: { ...recipe, out: null, kl: null, grad_x: null, grads: null },
    complete: (answers) => ({
      ...recipe,
      ...fields(["out", "grad_x", ...running], (name) => all(answers, name)),
      ...fields(running.length === 0 ? ["kl"] : ["kl", "num_batches_tracked"], (name) => one(answers, name)),
      grads: each(answers, "grads."),
    }),
  };
}

function networkBlank(recipe: (typeof recipes.models)[number]): Blank {
  const lists = ["train_logits", "state_keys", "eval_logits", "eval_sampled_logits"];
  const numbers = ["kl", "loss", "draws", "parameters"];
  return {
    record: { ...recipe, ...fields([...lists, ...numbers, "grads", "running"], () => null) },
    complete: (answers) => {
      const running = each(answers, "running.");
      const { isBias } = normalised(Object.keys(running));
      return {
        ...recipe,
        ...fields(lists, (name) => all(answers, name)),
        ...fields(numbers, (name) => one(answers, name)),
        // In a Bayesian network the KL divergence has a gradient there.
        grads: each(answers, "grads.", (name) => !recipe.bayesian && isBias(name)),
        running,
      };
    },
  };
}

function traceBlank({ recipe, steps }: (typeof recipes.adversarial)[number]): Blank {
  const nothing = { loss: null, top1_percent: null, draws: null, forwards: [], params: null, running: null };
  const indices = Array.from({ length: steps }, (_, j) => j);
  return {
    record: { ...recipe, eps_order: [], steps: indices.map(() => nothing) },
    complete: (answers) => ({
      ...recipe,
      eps_order: all(answers, "eps_order"),
      steps: indices.map((j) => stepFields(answers, `steps.${j}`)),
    }),
  };
}

function stepFields(answers: Answers, place: string): Json {
  const params = each(answers, `${place}.params.`);
  const running = each(answers, `${place}.running.`);
  const { isBias, isMean } = normalised(Object.keys(running), Object.keys(params));
  const forwards = Array.from({ length: Number(one(answers, `${place}.forwards`)) }, (_, i) => {
    const eps = Object.values(each(answers, `${place}.forwards.${i}.eps.`, isBias));
    return {
      ...fields(["fixed_noise", "loss", "kl"], (name) => one(answers, `${place}.forwards.${i}.${name}`)),
      eps: eps.length === 0 ? null : eps,
    };
  });
  return {
    loss: Math.fround(Number(one(answers, `${place}.loss`))),
    top1_percent: one(answers, `${place}.top1_percent`),
    draws: all(answers, `${place}.draws`),
    forwards,
    params,
    running: each(answers, `${place}.running.`, isMean),
  };
}

/** What each golden file is made from. */
export const blanks: Readonly<Record<GoldenSuite, readonly Blank[]>> = {
  layers: recipes.layers.map(layerBlank),
  models: recipes.models.map(networkBlank),
  adversarial: recipes.adversarial.map(traceBlank),
};
