import type { Contract, PythonTypeTree } from "./contract.ts";
import { mapCalls, mapParts, mapTypes } from "./map-types.ts";

/** A contract without what recorded calls have shown: what the modules say of themselves. */
export function asSaid(contract: Contract): Contract {
  const records = Object.entries(contract.records).filter(([, { seen }]) => seen === undefined);
  const said = mapCalls({ ...contract, records: Object.fromEntries(records) }, (call) => {
    const shown = call.overloads?.some(({ seen }) => seen !== undefined);
    return shown ? { ...call, overloads: undefined } : call;
  });
  return mapTypes(said, (type) => mapParts(type, saidOf));
}

function saidOf(type: PythonTypeTree): PythonTypeTree | undefined {
  return type.kind === "seen" || type.kind === "unknown" ? { kind: "unknown", reason: type.reason } : undefined;
}
