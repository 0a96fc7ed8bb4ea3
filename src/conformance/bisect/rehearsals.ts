import type { Model } from "../../backend.ts";
import { type StepOptions, stepOptions } from "../../schema/options.ts";
import type { StepRecord } from "../../schema/results.ts";
import type { TensorInfo } from "../../schema/tensors.ts";
import type { NamedTensors } from "../../tensor.ts";
import { scalar } from "../named.ts";
import { isStatistic } from "../roles.ts";
import type { Counterparts, Quantity } from "./counterparts.ts";
import { ask, infoOf, inOrder, type Material, named, read, restoring, type Sides, union } from "./sides.ts";
import { statistic } from "./statistic.ts";

/** Training images that beta = 1 / N / 100 supposes. */
const trainingSize = 100;

/**
 * Where the sign of a gradient decides (the ascent, Adam's first step), a gradient within rounding of 0 may go either way. This part
 * of the elements may; it is ten times what is tolerated of signs in one teacher-forced step, for signs that turn move others.
 */
const undecided = 0.01;
/** The part that may in a second look: an error that most elements have stands out there, where signs that turned do not count. */
const median = 0.5;

interface Rehearsal {
  readonly place: string;
  readonly batches: number;
  readonly options: StepOptions;
  /** What is compared of the tensors afterwards. */
  readonly moved: "parameters" | "eps";
  /** The rehearsal that this one goes on from. */
  readonly after?: string;
}

function descent(optimizer: "adam" | "sgd", batches: number): Rehearsal {
  const options = stepOptions.parse({ optimizer, ratio: 0 });
  const after = batches > 1 ? { after: `${optimizer}, step ${batches - 1}` } : {};
  return { place: `${optimizer}, step ${batches}`, batches, options, moved: "parameters", ...after };
}

function ascent(place: string, batches: number, steps: number, after?: string): Rehearsal {
  const options = stepOptions.parse({ optimizer: "sgd", learningRate: 1e-12, steps });
  return { place, batches, options, moved: "eps", ...(after === undefined ? {} : { after }) };
}

/**
 * Training taken apart: what one and two steps of each optimizer make of the parameters, without an ascent; and what the
 * draws and the ascent make of the stored noise while the parameters (almost) stay. Together they would be chaotic: Adam and
 * the ascent go by signs, and after a few steps rounding alone has parted two runs.
 */
const rehearsals: readonly Rehearsal[] = [
  descent("sgd", 1),
  descent("sgd", 2),
  descent("adam", 1),
  descent("adam", 2),
  ascent("draw", 1, 0),
  ascent("draw of batch 2", 2, 0, "draw"),
  ascent("ascent, step 1", 1, 1, "draw"),
  ascent("ascent, step 2", 1, 2, "ascent, step 1"),
  ascent("ascent in batch 2", 2, 1, "draw of batch 2"),
];

interface Outcome {
  readonly records: readonly StepRecord[];
  readonly after: NamedTensors;
}

async function rehearse(model: Model, one: Rehearsal, { input, target, signal }: Material): Promise<Outcome> {
  const batches = Array.from({ length: one.batches }, () => ({ images: input, labels: target }));
  const noise = { kind: "wave", next: 0 } as const;
  const records = await model.trace(batches, { step: one.options, trainingSize, noise, signal });
  return { records, after: await read(model, (info) => [one.moved, "statistics"].includes(kindOf(info))) };
}

type Kind = Rehearsal["moved"] | "statistics";

function kindOf({ role }: TensorInfo): Kind {
  switch (role) {
    case "mean":
    case "logSigma":
    case "value":
      return "parameters";
    case "noise":
      return "eps";
    case "runningMean":
    case "runningVariance":
    case "batchesTracked":
      return "statistics";
  }
}

/** What the step counts and measures, as numbers under names. */
function measured(records: readonly StepRecord[]): Record<string, number> {
  const all = records.flatMap(({ forwards, draws, loss }, step) => [
    [`step ${step + 1}: forwards`, forwards.length],
    [`step ${step + 1}: draws`, draws[1]],
    ...forwards.flatMap((forward, i) => [
      [`step ${step + 1}: kl of forward ${i + 1}`, forward.kl ?? 0],
      [`step ${step + 1}: cross-entropy of forward ${i + 1}`, forward.loss],
    ]),
    [`step ${step + 1}: loss`, loss],
  ]);
  return Object.fromEntries(all);
}

function quantityOf(name: string): Quantity {
  if (name.includes("kl of")) return "kl";
  return /forwards$|draws$/.test(name) ? "step" : "loss";
}

/** What the losses say about the weight of the KL divergence, all else being the same. */
function impliedBeta(left: StepRecord, right: StepRecord, { ratio }: StepOptions): string | null {
  const kl = right.forwards[0]?.kl;
  if (!kl || ratio === 1) return null;
  const beta = 1 / trainingSize / 100;
  const factor = 1 + (left.loss - right.loss) / ((1 - ratio) * kl * beta);
  return `the terms agree, their sum does not: as if beta were ${Number(factor.toPrecision(3))} times what it should be`;
}

/**
 * Whether noise goes by signs. Then only the noise and the counts are compared: two signs turned by rounding, of 270,000,
 * have been seen to move a loss by 1e-4 of it, through units that were off.
 */
function climbs({ moved, options }: Rehearsal): boolean {
  return moved === "eps" && options.steps > 0;
}

/** Whether forwards go through parameters that Adam has moved, whose first step is one of signs too. */
function followsAdam({ options, batches }: Rehearsal): boolean {
  return options.optimizer === "adam" && batches > 1;
}

function* numbersOf(
  found: Sides<Outcome>,
  { place, options }: Rehearsal,
  of: readonly Quantity[],
): Generator<Counterparts> {
  const { left, right, yardstick } = found;
  const numbers = { left: scalars(left), right: scalars(right), yardstick: yardstick && scalars(yardstick) };
  for (const name of union(Object.keys(numbers.left), Object.keys(numbers.right))) {
    const quantity = quantityOf(name);
    if (!of.includes(quantity)) continue;
    const step = Number(/step (\d+)/.exec(name)?.[1]) - 1;
    const [a, b] = [left.records[step], right.records[step]];
    const hint = name.endsWith(": loss") && a && b ? { hint: () => impliedBeta(a, b, options) } : {};
    yield { quantity, place, ...named(numbers, name), ...hint };
  }
}

function scalars({ records }: Outcome): NamedTensors {
  return Object.fromEntries(Object.entries(measured(records)).map(([name, value]) => [name, scalar(value)]));
}

function afterwards({ left, right, yardstick }: Sides<Outcome>): Sides<NamedTensors> {
  return { left: left.after, right: right.after, yardstick: yardstick?.after };
}

interface Moved {
  readonly one: Rehearsal;
  readonly sides: Sides;
  /** What was read, in the order of the checkpoint. */
  readonly infos: readonly TensorInfo[];
  readonly after: Sides<NamedTensors>;
}

function* statisticsOf({ one, sides, infos, after }: Moved, before: NamedTensors): Generator<Counterparts> {
  for (const info of infos.filter(isStatistic)) {
    if ((climbs(one) || followsAdam(one)) && info.role !== "batchesTracked") continue;
    yield { quantity: "statistic", place: one.place, ...statistic(sides, before, after, info.name) };
  }
}

function* movedOf({ one, infos, after }: Moved, start: NamedTensors): Generator<Counterparts> {
  const bySign = one.moved === "eps" || one.options.optimizer === "adam";
  for (const { name } of infos.filter((info) => kindOf(info) === one.moved)) {
    const pair = { quantity: "step", place: one.place, ...named(after, name), before: start[name] } as const;
    if (!bySign) yield pair;
    else for (const share of [undecided, median]) yield { ...pair, share };
  }
}

/** Short training runs, each from the state that the models are in. */
export async function* training(sides: Sides, material: Material): AsyncGenerator<Counterparts> {
  const reached = new Map<string, NamedTensors>();
  for (const one of rehearsals) {
    const [before, found] = await restoring(
      sides,
      () => true,
      async ({ right }) => [right, await ask(sides, (model) => rehearse(model, one, material))],
    );
    const start = (one.after === undefined ? undefined : reached.get(one.after)) ?? before;
    reached.set(one.place, found.right.after);
    const after = afterwards(found);
    const moved = { one, sides, after, infos: inOrder(sides, after).flatMap((name) => infoOf(sides, name) ?? []) };
    yield* numbersOf(found, one, ["step"]);
    // The draw is before the losses, and the descent after them.
    if (one.moved === "eps") yield* movedOf(moved, start);
    if (!climbs(one)) yield* numbersOf(found, one, ["kl", "loss"]);
    yield* statisticsOf(moved, before);
    if (one.moved === "parameters") yield* movedOf(moved, start);
  }
}
