import type { Backend, TorchBackend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { readSource, rounded } from "../pairs/inputs.ts";
import { checkNames, conventionOf } from "../prove/convention.ts";
import type { Arguments } from "../prove/given.ts";
import { defaultPatience } from "../prove/options.ts";
import { proveCase } from "../prove/prove-case.ts";
import { openSubject, type Subject } from "../prove/python-subject.ts";
import type { Check } from "../suites/check.ts";
import type { FunctionPair, NamedPort } from "./twin.ts";
import { checkArguments } from "./twin-schema.ts";

/** Both sides of a pair of functions, ready to be asked. */
interface Opened {
  readonly subject: Subject;
  readonly port: NamedPort | Subject;
  readonly backend: string;
}

/** A check for each case of a pair of functions, judged as `prove` judges a port. */
export function twinChecks(suite: string, pair: FunctionPair): Check[] {
  let opening: Promise<Opened> | undefined;
  const { name, differentiate = [], dtype = "auto", draws = "python", call = "named", as = "tfjs" } = pair;
  return pair.cases.map((one) => ({
    suite,
    id: one.id === "" ? name : `${name}-${one.id}`,
    run: async ({ candidate, reference }, options) => {
      opening ??= openPair(pair, candidate, reference);
      const { subject, port, backend } = await opening;
      const inputs = await argumentsOf(one, reference);
      checkNames(subject, Object.keys(inputs));
      const convention = conventionOf({ call, as, patience: defaultPatience }, subject, Object.keys(inputs));
      const judged = { subject, port, backend, convention, differentiate, dtype, draws, suite, where: name };
      const { report } = await proveCase(
        { ...judged, reductions: one.reduction ?? {} },
        { id: one.id, inputs },
        options,
      );
      return report;
    },
  }));
}

async function openPair(
  { name, tfjs, cases: _, ...wanted }: FunctionPair,
  candidate: Backend,
  reference: Backend,
): Promise<Opened> {
  if (!isTorch(reference)) {
    throw new AdsamError("usage", `${name}: expected to compare a function against torch, which calls Python's`);
  }
  const subject = await openSubject(reference, wanted);
  const { backend } = await candidate.info();
  if (backend === "tfjs") return { subject, port: tfjs, backend };
  if (isTorch(candidate)) return { subject, port: await openSubject(candidate, wanted), backend };
  throw new AdsamError("usage", `${name}: ${backend} calls no functions`);
}

function isTorch(backend: Backend): backend is TorchBackend {
  return "call" in backend;
}

async function argumentsOf({ id, inputs }: FunctionPair["cases"][number], reference: Backend): Promise<Arguments> {
  const sources = checkArguments(typeof inputs === "function" ? await inputs(reference) : inputs, `case ${id}`);
  const values: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(sources)) {
    values[name] = "plain" in source ? source.plain : rounded(await readSource(source));
  }
  return values;
}
