import { AdsamError } from "../../errors.ts";
import type { Contract } from "../contract/contract.ts";
import { callAt } from "../contract/map-types.ts";
import { partsOf } from "../contract/type-text.ts";
import type { ProgramCommand } from "./command.ts";
import { type Place, withSeen } from "./fill.ts";
import { type WatchOptions, watchProgram } from "./watched.ts";

/** Where the code of modules is, as Python says it. */
export interface ModuleCode {
  readonly sites: readonly (readonly [
    file: string,
    line: number,
    name: string,
    places: readonly Place[],
    bound: boolean,
  ])[];
}

/** What came of running a program. */
export interface Recording {
  /** Of the modules; what they do not say of themselves is as it was seen. */
  readonly contract: Contract;
  /** How many calls of the modules were seen. */
  readonly calls: number;
  /** Of how many functions and methods. */
  readonly functions: number;
  /** How the program failed, if it did: what came before is in the contract. */
  readonly failure: string | undefined;
  /** Where calls are kept: how many were not, by function. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** What kept calls lack, such as `losses.step(model), torch.nn.Linear`: in how many. */
  readonly unkept: Readonly<Record<string, number>>;
  /** What went wrong in the watching itself; the program has not noticed. */
  readonly faults: readonly string[];
}

/**
 * Runs a program of the user's, and notes what goes into modules and comes out.
 * @throws AdsamError `usage` for a program that calls nothing of the modules, `cancelled`.
 */
export async function recordProgram(
  contract: Contract,
  code: ModuleCode,
  command: ProgramCommand,
  options: WatchOptions,
): Promise<Recording> {
  const sites = code.sites.map((site) => [...site, literalsOf(contract, site[3])]);
  const { notes, failure } = await watchProgram(command, { ...code, sites }, options);
  const { observed, faults, left, unkept } = notes;
  if (observed.size === 0) {
    const modules = Object.keys(contract.modules).join(", ");
    const end = failure === undefined ? "" : `, which ended with ${failure}`;
    throw new AdsamError("usage", `no call of ${modules} was seen in ${command.text}${end}`, {
      suggestion:
        failure === undefined
          ? "name a program that calls what is wrapped"
          : "mend the program, whose own words stand above",
    });
  }
  const places = new Map(code.sites.map(([, , , of], site) => [site, of]));
  const calls = [...observed.values()].reduce((sum, one) => sum + one.calls, 0);
  return {
    contract: withSeen(contract, places, observed),
    calls,
    functions: observed.size,
    failure,
    leftOut: left,
    unkept,
    faults,
  };
}

/** The parameters of a function that take one of some values. */
function literalsOf(contract: Contract, places: readonly Place[]): string[] {
  const calls = places.flatMap((place) => callAt(contract, place.join("/")) ?? []);
  const parameters = calls.flatMap((call) => call.parameters);
  return parameters.flatMap(({ name, type }) => (partsOf(type).some(({ kind }) => kind === "literal") ? [name] : []));
}
