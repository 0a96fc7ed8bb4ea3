import type { Contract, PythonTypeTree } from "./contract.ts";
import { mapParts, mapTypes } from "./map-types.ts";

/** A contract without what recorded calls have shown: what the modules say of themselves. */
export function asSaid(contract: Contract): Contract {
  const records = Object.entries(contract.records).filter(([, { seen }]) => seen === undefined);
  return mapTypes({ ...contract, records: Object.fromEntries(records) }, (type) => mapParts(type, saidOf));
}

function saidOf(type: PythonTypeTree): PythonTypeTree | undefined {
  return type.kind === "seen" || type.kind === "unknown" ? { kind: "unknown", reason: type.reason } : undefined;
}
