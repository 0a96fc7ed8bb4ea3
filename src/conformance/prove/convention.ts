import { AdsamError } from "../../errors.ts";
import { nearest } from "../../validation.ts";
import type { Convention } from "./port-function.ts";
import type { Description } from "./python-subject.ts";

/**
 * How a port is called: its arguments are Python's parameters, up to the last that is given.
 * @throws AdsamError `usage` for an input that has no place among them.
 */
export function conventionOf(
  { call, as, patience }: Omit<Convention, "parameters">,
  { parameters }: Description,
  inputs: readonly string[],
): Convention {
  if (parameters === null) return { call, as, patience, parameters: inputs };
  const known = parameters.map(({ name }) => name);
  const free = inputs.find((name) => !known.includes(name));
  if (free !== undefined && call === "positional") {
    throw new AdsamError("usage", `inputs: ${free} has no place among Python's parameters, which take any name`, {
      suggestion: 'call the port by name: call: "named"',
    });
  }
  const given = known.findLast((name) => inputs.includes(name));
  return { call, as, patience, parameters: known.slice(0, given === undefined ? 0 : known.indexOf(given) + 1) };
}

/** @throws AdsamError `usage` for an input that the function does not take. */
export function checkNames({ parameters, rest }: Description, inputs: readonly string[]): void {
  if (parameters === null || rest) return;
  const known = parameters.map(({ name }) => name);
  const unknown = inputs.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const others = known.length === 0 ? "it takes none by name" : nearest(unknown, known);
  throw new AdsamError("usage", `inputs: Python's function takes no ${unknown}: ${others}`);
}
