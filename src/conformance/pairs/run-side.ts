import type { Cancellable } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import type { NamedTensors } from "../../tensor.ts";
import type { Difference } from "../comparison.ts";
import type { Side } from "./implementation.ts";
import { unrepeated } from "./structure.ts";

/** Errors that end the whole comparison; any other is an answer of the side that threw it. */
const fatal: ReadonlySet<string> = new Set(["cancelled", "closed", "crashed", "environment", "disk", "unsupported"]);

/** That a side cannot be compared: it threw, or did not repeat itself. */
export class SideFailure extends Error {
  readonly difference: Difference;

  constructor(difference: Difference) {
    super(difference.message);
    this.difference = difference;
  }
}

/**
 * What a side gives.
 * @throws SideFailure for what it throws itself; AdsamError for what ends the comparison.
 */
export async function run(side: Side, inputs: NamedTensors, options: Cancellable): Promise<NamedTensors> {
  try {
    return await side.compute(inputs, options);
  } catch (cause) {
    if (cause instanceof AdsamError && fatal.has(cause.code)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    // What it gave and nobody can read is no exception of its own.
    const did = cause instanceof AdsamError && cause.code === "usage" ? side.name : `${side.name} throws`;
    throw new SideFailure({ kind: "throws", tensor: "", message: `${did}: ${reason}` });
  }
}

/**
 * The same, of a side that must repeat itself.
 * @throws SideFailure where it does not, too.
 */
export async function runTwice(side: Side, inputs: NamedTensors, options: Cancellable): Promise<NamedTensors> {
  const first = await run(side, inputs, options);
  const difference = unrepeated(first, await run(side, inputs, options), side.name);
  if (difference !== undefined) throw new SideFailure(difference);
  return first;
}
