import type { Backend, TorchBackend } from "../../backend.ts";
import type { ProveOptions } from "../../conformance/index.ts";
import { conventionOf } from "../../conformance/prove/convention.ts";
import { argumentsWith, givenOf } from "../../conformance/prove/given.ts";
import { type CheckedProveOptions, proveOptions } from "../../conformance/prove/options.ts";
import { portOf } from "../../conformance/prove/port-file.ts";
import { callPort } from "../../conformance/prove/port-function.ts";
import { openSubject } from "../../conformance/prove/python-subject.ts";
import { casesFor } from "../../conformance/prove/sources.ts";
import { PythonObject } from "../../interop/handle.ts";
import { keywords } from "../../interop/kinds.ts";
import { validate } from "../../validation.ts";
import type { LedgerSpeed } from "./ledger.generated.ts";

/** Each side several calls in a row, since threads of the other's go on turning for a while; and in turn, since machines have moods. */
const [turns, calls, warmUp] = [3, 7, 5];

/**
 * How long a call of the twin and one of Python's from TypeScript take, on the first case: medians, tensors handed over and read
 * included.
 */
export async function timed(
  candidate: Backend,
  reference: TorchBackend,
  options: ProveOptions,
): Promise<LedgerSpeed | null> {
  const checked = validate(proveOptions, options, "port");
  const { draws } = checked;
  await candidate.info();
  const [loaded, subject] = [await portOf(checked.port), await openSubject(reference, checked)];
  const [one] = (await casesFor(checked, subject)).cases;
  if (one === undefined) return null;
  const given = givenOf(one.inputs);
  const inputs = { ...given.tensors, ...givenOf({ state: subject.state }).tensors };
  const values = argumentsWith(given, inputs);
  const first = await subject.run(values, {}, { precision: "float32", differentiate: [], draws: null });
  const request = { given, inputs, draws: draws === "python" ? first.draws : [], differentiate: [] };
  const convention = conventionOf(checked, subject, Object.keys(one.inputs));
  const native = () => callPort(loaded.port, convention, request, first);
  const bridged = await bridgedCall(reference, checked, values);
  const times = { native: [] as number[], bridged: [] as number[] };
  for (let turn = 0; turn < turns; turn++) {
    times.native.push(...(await timesOf(native)));
    times.bridged.push(...(await timesOf(bridged)));
  }
  return { native: median(times.native), bridged: median(times.bridged), calls: turns * calls };
}

/** Python's function, as TypeScript calls it. */
async function bridgedCall(
  reference: TorchBackend,
  { torch, folder, argv, cuda, init, make }: CheckedProveOptions,
  values: Readonly<Record<string, unknown>>,
): Promise<() => Promise<unknown>> {
  const [module = "", path = ""] = torch.split(":");
  const names = path.split(".");
  const name = names.pop() ?? path;
  const program = { folder, argv, cuda };
  let owner = await reference.import(module, program);
  if (make !== undefined) {
    const [maker = "", called = ""] = make.split(":");
    const made = await (await reference.import(maker, program)).method(called, keywords(init ?? {}));
    if (!(made instanceof PythonObject)) throw new Error(`expected ${make} to give an object`);
    owner = made;
    names.shift();
  }
  for (const [i, between] of names.entries()) {
    const made = i === 0 && make === undefined && init !== undefined;
    const found = made ? await owner.method(between, keywords(init)) : await owner.get(between);
    if (!(found instanceof PythonObject)) throw new Error(`expected ${between} to be an object`);
    owner = found;
  }
  return () => owner.method(name, keywords(values));
}

async function timesOf(call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < warmUp + calls; i++) {
    const began = performance.now();
    await call();
    times.push(performance.now() - began);
  }
  return times.slice(warmUp);
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}
