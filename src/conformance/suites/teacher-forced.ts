import type { Cancellable, Model } from "../../backend.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import { tensor } from "../../tensor.ts";
import { wave } from "../../wave.ts";
import type { Comparison } from "../comparison.ts";
import { given } from "../named.ts";
import { numbers } from "../numbers.ts";
import type { Parties } from "../pairs/implementation.ts";
import { prepareInputs } from "../pairs/inputs.ts";
import { isStoredEps } from "../roles.ts";
import type { Check } from "./check.ts";
import { batchInputs } from "./steps.ts";
import { modelInputs, withModel } from "./subject.ts";

const innerSteps = 5;
const stepSize = 0.02;

/** Gradients at least this large, in parts of their tensor's largest, must agree in every sign. */
const clear = 1e-4;
/** The part of all other signs that may differ. */
const unclear = 1e-3;
/** A tensor whose gradient float64 rounds to this part of the largest is 0, and its signs are arbitrary (a bias before batch norm). */
const vanishing = 2 ** -40;

/** How many signs there were, and how many differed. */
interface Tally {
  clear: number;
  clearWrong: number;
  all: number;
  wrong: number;
  first: string | undefined;
}

function count(tally: Tally, place: string, ours: Tensor | undefined, exact: Tensor, largestOfAll: number): void {
  const [values, truth] = [ours === undefined ? new Float64Array() : numbers(ours), numbers(exact)];
  const largest = truth.reduce((size, y) => Math.max(size, Math.abs(y)), 0);
  if (largest <= vanishing * largestOfAll) return;
  for (const [i, y] of truth.entries()) {
    const differs = Math.sign(values[i] ?? Number.NaN) !== Math.sign(y);
    const isClear = Math.abs(y) >= clear * largest;
    tally.all++;
    if (isClear) tally.clear++;
    if (!differs) continue;
    tally.wrong++;
    if (!isClear) continue;
    tally.clearWrong++;
    tally.first ??= `${place}[${i}]: expected the sign of ${y}, got ${values[i]}`;
  }
}

function moved(eps: NamedTensors, gradients: NamedTensors): NamedTensors {
  const next = Object.entries(eps).map(([name, { data, shape }]): [string, Tensor] => {
    const gradient = numbers(given(gradients, name));
    const values = Float32Array.from(data as Float32Array, (e, i) => e + stepSize * Math.sign(gradient[i] ?? 0));
    return [name, tensor(values, shape)];
  });
  return Object.fromEntries(next);
}

function drawn(model: Model): NamedTensors {
  const draws = model.tensors.filter(isStoredEps).map(({ name, shape }, k): [string, Tensor] => {
    const values = wave(
      k,
      shape.reduce((n, length) => n * length, 1),
    );
    return [
      name,
      tensor(
        Float32Array.from(values, (value) => Math.SQRT2 * value),
        shape,
      ),
    ];
  });
  return Object.fromEntries(draws);
}

async function agreement(
  spec: ModelSpecInput,
  { candidate, reference }: Parties,
  { signal }: Cancellable,
): Promise<Comparison[]> {
  const sources = { ...(await modelInputs(reference, spec)), ...batchInputs(1) };
  const inputs = await prepareInputs({ id: "", inputs: sources }, reference);
  const [images, labels] = [given(inputs, "images.0"), given(inputs, "labels.0")];
  const asked = { train: true, weights: "stored", signal } as const;
  const tally: Tally = { clear: 0, clearWrong: 0, all: 0, wrong: 0, first: undefined };
  await withModel(reference, spec, inputs, { dtype: "float64" }, (teacher) =>
    withModel(candidate, spec, inputs, { dtype: "float32" }, async (pupil) => {
      let eps = drawn(teacher);
      for (let step = 0; step < innerSteps; step++) {
        await Promise.all([teacher.write(eps), pupil.write(eps)]);
        const exact = (await teacher.gradients(images, labels, asked)).parameters;
        const ours = (await pupil.gradients(images, labels, asked)).parameters;
        const names = Object.keys(eps);
        const sizes = names.map((name) => numbers(given(exact, name)).reduce((a, y) => Math.max(a, Math.abs(y)), 0));
        for (const name of names)
          count(tally, `step ${step}, ${name}`, ours[name], given(exact, name), Math.max(...sizes));
        eps = moved(eps, exact);
      }
    }),
  );
  return [
    verdict("signs of clear gradients", tally.clearWrong, tally.clear, 0, tally.first),
    verdict("all signs", tally.wrong, tally.all, unclear, undefined),
  ];
}

function verdict(name: string, wrong: number, all: number, tolerance: number, first: string | undefined): Comparison {
  const part = wrong / all;
  const comparison = { tensor: name, maxAbs: wrong, maxRel: part, tolerance };
  if (all > 0 && part <= tolerance) return comparison;
  const where = first === undefined ? "" : `; ${first}`;
  return {
    ...comparison,
    kind: "numbers",
    message: `${name}: ${wrong} of ${all} differ, at most ${tolerance} may${where}`,
  };
}

const subjects: readonly ModelSpecInput[] = [
  { kind: "resnet20", classes: 10 },
  { kind: "resnet32", classes: 10 },
];

/**
 * The adversarial step, teacher-forced: before each of its five inner steps both sides are given the same eps, those that
 * float64 arrives at, and the signs of their gradients are compared: all where the gradient is at least 1e-4 of its
 * tensor's largest, and 99.9 % overall.
 */
export const teacherForced: readonly Check[] = subjects.map((spec) => ({
  suite: "adversarial",
  id: `teacher-forced-${spec.kind}`,
  run: (parties, options) => agreement(spec, parties, options),
}));
