import { join } from "node:path";
import type { Backend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { writeFileAtomically } from "../../files.ts";
import type { ReportOptions } from "../reports/report.ts";
import { type CaseReport, type Report, summarize } from "../reports/report.ts";
import type { Answers, GoldenCase, Value } from "./case.ts";
import { parseGolden } from "./read.ts";
import { recipes } from "./recipes.ts";

type Json = Readonly<Record<string, unknown>>;

/** A case to record: the record with nothing to compare, and how answers complete it. */
interface Blank {
  readonly suite: keyof typeof recipes;
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
  const names = [...answers.keys()].filter((name) => name.startsWith(prefix));
  return Object.fromEntries(
    names.map((name) => {
      const rest = name.slice(prefix.length);
      return [rest, isArbitrary(rest) ? null : all(answers, name)];
    }),
  );
}

/** The bias of a VGG's convolution: batch norm takes it away, and what is left of its gradient is rounding. */
const vanishingBias = /^features\.\d+\.(eps_)?bias$/;

function layerBlank(recipe: (typeof recipes.layers)[number]): Blank {
  const record = { ...recipe, out: null, kl: null, grad_x: null, grads: null };
  const running = recipe.kind !== "batchnorm2d" ? [] : ["running_mean", "running_var"];
  return {
    suite: "layers",
    record,
    complete: (answers) => ({
      ...recipe,
      out: all(answers, "out"),
      kl: one(answers, "kl"),
      grad_x: all(answers, "grad_x"),
      grads: each(answers, "grads."),
      ...Object.fromEntries(running.map((name) => [name, all(answers, name)])),
      ...(running.length === 0 ? {} : { num_batches_tracked: one(answers, "num_batches_tracked") }),
    }),
  };
}

function modelBlank(recipe: (typeof recipes.models)[number]): Blank {
  const lists = ["train_logits", "state_keys", "eval_logits", "eval_sampled_logits"];
  const numbers = ["kl", "loss", "draws", "parameters"];
  const empty = Object.fromEntries([...lists, ...numbers, "grads", "running"].map((name) => [name, null]));
  return {
    suite: "models",
    record: { ...recipe, ...empty },
    complete: (answers) => ({
      ...recipe,
      ...Object.fromEntries(lists.map((name) => [name, all(answers, name)])),
      ...Object.fromEntries(numbers.map((name) => [name, one(answers, name)])),
      grads: each(answers, "grads.", (name) => !recipe.bayesian && isBeforeNorm(recipe.model, name)),
      running: each(answers, "running."),
    }),
  };
}

function isBeforeNorm(model: string, name: string): boolean {
  if (!model.startsWith("vgg") || !vanishingBias.test(name)) return false;
  // Convolutions stand at 0 and wherever relu or a pool came before; their norms, one later, have biases that count.
  return convolutionPlaces(model).has(Number(name.split(".")[1]));
}

/** Where a VGG's convolutions are among its features: each is followed by batch norm and relu, each stage by a pool. */
function convolutionPlaces(model: string): Set<number> {
  const repeats: Readonly<Record<string, readonly number[]>> = { vgg11: [1, 1, 2, 2, 2], vgg16: [2, 2, 3, 3, 3] };
  const places = new Set<number>();
  let place = 0;
  for (const count of repeats[model] ?? []) {
    for (let i = 0; i < count; i++, place += 3) places.add(place);
    place++;
  }
  return places;
}

function traceBlank({ recipe, steps }: (typeof recipes.adversarial)[number]): Blank {
  const nothing = { loss: null, top1_percent: null, draws: null, forwards: [], params: null, running: null };
  const isVgg = recipe.model.startsWith("vgg");
  return {
    suite: "adversarial",
    record: { ...recipe, eps_order: [], steps: Array.from({ length: steps }, () => nothing) },
    complete: (answers) => ({
      ...recipe,
      eps_order: all(answers, "eps_order"),
      steps: Array.from({ length: steps }, (_, j) => ({
        loss: Math.fround(Number(one(answers, `steps.${j}.loss`))),
        top1_percent: one(answers, `steps.${j}.top1_percent`),
        draws: all(answers, `steps.${j}.draws`),
        forwards: Array.from({ length: Number(one(answers, `steps.${j}.forwards`)) }, (_, i) =>
          forwardFields(answers, `steps.${j}.forwards.${i}`, recipe.model),
        ),
        params: each(answers, `steps.${j}.params.`),
        running: each(answers, `steps.${j}.running.`, (name) => isVgg && name.endsWith("running_mean")),
      })),
    }),
  };
}

function forwardFields(answers: Answers, place: string, model: string): Json {
  const eps = Object.values(each(answers, `${place}.eps.`, (name) => isBeforeNorm(model, name)));
  return {
    fixed_noise: one(answers, `${place}.fixed_noise`),
    eps: eps.length === 0 ? null : eps,
    loss: one(answers, `${place}.loss`),
    kl: one(answers, `${place}.kl`),
  };
}

function goldenText(suite: string, cases: readonly Json[]): string {
  return JSON.stringify({ format: 1, suite, cases });
}

function caseOf({ suite, record }: Blank): GoldenCase {
  const [golden] = parseGolden(goldenText(suite, [record]), suite);
  if (golden === undefined) throw new Error(`the recipe ${record.id} is no case`);
  return golden;
}

export interface RecordOptions extends ReportOptions {
  /** The files to write; all three unless told otherwise. */
  readonly suites?: readonly (keyof typeof recipes)[];
}

/**
 * Writes layers.json, models.json and adversarial.json (docs/golden-format.md, format 1) into a folder, with what the
 * backend computes in float64.
 * @returns a report that says which cases were recorded.
 * @throws AdsamError `usage` for a backend without float64, `file` or `disk` where the folder cannot be written.
 */
export async function recordGolden(
  backend: Backend,
  folder: string,
  { onCase, signal, suites = ["layers", "models", "adversarial"] }: RecordOptions = {},
): Promise<Report> {
  const { backend: name, dtypes } = await backend.info();
  if (!dtypes.includes("float64")) {
    throw new AdsamError("usage", `golden files are in float64, ${name} computes in ${dtypes.join(", ")}`, {
      suggestion: "Record them from torch.",
    });
  }
  const blanks = {
    layers: recipes.layers.map(layerBlank),
    models: recipes.models.map(modelBlank),
    adversarial: recipes.adversarial.map(traceBlank),
  };
  const total = suites.flatMap((suite): Blank[] => blanks[suite]).length;
  const reports: CaseReport[] = [];
  for (const suite of suites) {
    const records: Json[] = [];
    for (const blank of blanks[suite]) {
      const golden = caseOf(blank);
      records.push(blank.complete(await golden.replay(backend, { signal })));
      const report: CaseReport = { suite, id: golden.id, backend: name, status: "passed", worst: null };
      reports.push(report);
      onCase?.(report, reports.length, total);
    }
    await writeFileAtomically(join(folder, `${suite}.json`), [goldenText(suite, records)]);
  }
  return summarize(reports);
}
