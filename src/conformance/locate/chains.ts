import { readFileSync } from "node:fs";
import { isPlumbing, type Matching } from "./matching.ts";
import type { ChainStep, Chains, SourceLine } from "./port-bisection.ts";
import type { Kernel, PortTrace } from "./port-trace.ts";
import type { Operation, PythonTrace } from "./python-trace.ts";

/** How many operations are shown before and after the one that departs. */
const [before, after] = [6, 3];

/** What was written in several kernels is shown whole as far as this many. */
const mostKernels = 14;

/** An operation of Python's, where it is written. */
export function operationLine({ name, file, line, text }: Operation): SourceLine {
  return { operation: name, file, line, text };
}

/** A kernel, where the port calls it. */
export function kernelLine({ name, file, line }: Kernel): SourceLine {
  return { operation: name, file, line, text: textAt(file, line) };
}

/** The line of a file; empty where there is none. */
function textAt(file: string, line: number): string {
  try {
    return readFileSync(file, "utf8").split("\n")[line - 1]?.trim() ?? "";
  } catch {
    return "";
  }
}

/** What ran around a departure: of the port what its lines called. */
export function chainsAround(
  place: number,
  kernel: Kernel | null,
  { operations }: PythonTrace,
  { kernels }: PortTrace,
  { python, port, counterpart }: Matching,
): Chains {
  const makers = new Map(kernels.flatMap(({ outputs }, k) => outputs.map((output) => [output, k] as const)));
  const kernelsOf = ({ outputs }: Operation) =>
    outputs.flatMap((output) => makers.get(counterpart.get(output) ?? -1) ?? []);
  const first = Math.max(0, place - before);
  const shown = operations.slice(first, place + after + 1);
  const reached = Math.max(-1, ...operations.slice(0, place).flatMap(kernelsOf));
  const anchor = kernel === null ? reached : kernels.indexOf(kernel);
  const partners = new Set(shown.flatMap(kernelsOf));
  const start = Math.min(anchor, ...partners);
  const window = kernels
    .map((one, k) => ({ one, k }))
    .filter(({ one, k }) => one.file !== "" && k >= start && (!isPlumbing(one) || partners.has(k)))
    .filter(({ k }, i, all) => i <= all.findLastIndex((other) => other.k <= anchor) + after || k <= anchor)
    .slice(-mostKernels);
  const stepOf = (met: boolean, departs: boolean): ChainStep["status"] => {
    if (departs) return "departs";
    return met ? "met" : "unmet";
  };
  const isMet = (output: number) => python[output] === "met" || python[output] === "perhaps";
  const partner = shown.map((one) => window.findIndex(({ k }) => kernelsOf(one).includes(k)));
  return {
    python: shown.map((one, i) => ({
      ...operationLine(one),
      status: stepOf(one.outputs.every(isMet), first + i === place),
      counterpart: indexOrNull(partner[i] ?? -1),
    })),
    port: window.map(({ one }, i) => ({
      ...kernelLine(one),
      status: stepOf(
        one.outputs.some((output) => port.has(output)),
        one === kernel,
      ),
      counterpart: indexOrNull(partner.indexOf(i)),
    })),
  };
}

const indexOrNull = (index: number) => (index < 0 ? null : index);
