import type { Contract, PythonTypeTree, RecordContract } from "../contract/contract.ts";
import { callAt, mapCalls, mapParts, mapTypes, type TypePlace } from "../contract/map-types.ts";
import { withFlags } from "./flags.ts";
import { merged } from "./merged.ts";
import type { FlaggedResult, NotedType, Observed } from "./notes.ts";

/** Where a function's code is in the contract: `["attacks", "classes", "PGD", "creation"]`. */
export type Place = readonly string[];

interface Seen {
  readonly calls: number;
  readonly types: readonly NotedType[];
}

/** A contract in which recorded calls say what the modules do not; see `asSaid` for the way back. */
export function withSeen(
  contract: Contract,
  places: ReadonlyMap<number, readonly Place[]>,
  observed: ReadonlyMap<number, Observed>,
): Contract {
  const seen = seenByPlace(places, observed);
  const records = recordsIn([...observed.values()]);
  const fieldOf = (record: string, name: string): Seen => {
    const { calls = 0, fields } = records.get(record) ?? {};
    return { calls, types: fields?.get(name) ?? [] };
  };
  const whole = { ...contract, records: { ...newRecords(records, contract), ...contract.records } };
  const filledIn = mapTypes(whole, (type, place) => {
    const { owner, what, name } = place;
    if (what === "field") return contract.records[owner] === undefined ? type : filled(type, fieldOf(owner, name));
    const own = seen.get(keyOf(place)) ?? { calls: 0, types: [] };
    if (what === "result") {
      const items = seen.get(`${keyOf(place)}item`);
      return type.kind === "stream" && items !== undefined
        ? { ...type, of: filled(type.of, items) }
        : filled(type, own);
    }
    const parameter = what === "parameter" ? parameterAt(contract, place) : undefined;
    const { calls, types } = parameter?.makes === undefined ? own : fieldOf(parameter.makes, name);
    if (types.length > 0 && types.every(({ kind }) => kind === "none"))
      return remarked(type, "recorded calls had only None");
    return filled(type, { calls, types: parameter?.default === "null" ? [...types, { kind: "none" }] : types });
  });
  const results = resultsByOwner(places, observed);
  return mapCalls(filledIn, (call, owner) => withFlags(call, results.get(owner) ?? []));
}

/** What calls gave, by the owners of their sites; nothing for one of which there was too much. */
function resultsByOwner(
  places: ReadonlyMap<number, readonly Place[]>,
  observed: ReadonlyMap<number, Observed>,
): ReadonlyMap<string, readonly FlaggedResult[]> {
  const results = new Map<string, readonly FlaggedResult[]>();
  for (const [site, { results: own }] of observed) {
    for (const place of places.get(site) ?? []) results.set(place.join("/"), own ?? []);
  }
  return results;
}

const keyOf = ({ owner, what, name }: TypePlace): string => `${owner} ${what} ${name}`;

function seenByPlace(
  places: ReadonlyMap<number, readonly Place[]>,
  observed: ReadonlyMap<number, Observed>,
): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>();
  const add = (key: string, calls: number, types: readonly NotedType[]) => {
    const before = seen.get(key);
    seen.set(key, { calls: (before?.calls ?? 0) + calls, types: [...(before?.types ?? []), ...types] });
  };
  for (const [site, { calls, types }] of observed) {
    const owners = new Set<string>();
    for (const [module, group, name, member, attribute] of places.get(site) ?? []) {
      const path = [module, group, name, member, attribute].filter((part) => part !== undefined);
      const owner = `${module}/${group}/${name}`;
      const first = !owners.has(owner); // its attributes are those of the class, by whatever name it is called
      owners.add(owner);
      for (const [noted, found] of types) {
        if (noted.startsWith("attribute ")) first && add(`${owner} ${noted}`, calls, found);
        else if (member === "attributes" && noted === "result ") add(`${owner} attribute ${attribute}`, calls, found);
        else if (noted === "item ") add(`${path.join("/")} result item`, calls, found);
        else add(`${path.join("/")} ${noted}`, calls, found);
      }
    }
  }
  return seen;
}

/** A parameter's default, and the record that it is a field of, where the function makes one. */
function parameterAt(contract: Contract, { owner, name }: TypePlace): { default?: string | undefined; makes?: string } {
  const [module, , of] = owner.split("/");
  const call = callAt(contract, owner);
  const makes =
    call?.result.kind === "record" && call.result.name === `${module}:${of}` ? { makes: call.result.name } : {};
  return { default: call?.parameters.find((one) => one.name === name)?.default, ...makes };
}

const remarked = (type: PythonTypeTree, recorded: string): PythonTypeTree =>
  mapParts(type, (part) => (part.kind === "unknown" ? { ...part, recorded } : undefined));

/** A type whose unknown parts are what was seen in their places. */
function filled(
  type: PythonTypeTree,
  { calls, types }: { calls: number; types: readonly PythonTypeTree[] },
): PythonTypeTree {
  const flat = types
    .flatMap((one) => (one.kind === "union" ? one.of : [one]))
    .filter(({ kind }) => type.kind === "unknown" || kind !== "none");
  if (flat.length === 0) return remarked(type, "no recorded call had it");
  const inner = (part: PythonTypeTree, of: (one: PythonTypeTree) => readonly PythonTypeTree[]) =>
    filled(part, { calls, types: flat.flatMap(of) });
  switch (type.kind) {
    case "unknown": {
      const of = merged(flat);
      return of.kind === "unknown"
        ? { ...type, recorded: of.reason }
        : { kind: "seen", of, calls, reason: type.reason };
    }
    case "union":
      return { ...type, of: type.of.map((one) => filled(one, { calls, types })) };
    case "list":
    case "tupleOf":
    case "set":
    case "stream":
      return { ...type, of: inner(type.of, itemsOf) };
    case "dict":
      return {
        ...type,
        key: inner(type.key, (one) => (one.kind === "dict" ? [one.key] : [])),
        value: inner(type.value, (one) => (one.kind === "dict" ? [one.value] : [])),
      };
    case "tuple":
      return {
        ...type,
        of: type.of.map((part, i) => inner(part, (one) => (one.kind === "tuple" ? one.of.slice(i, i + 1) : []))),
      };
    default:
      return type;
  }
}

function itemsOf(type: PythonTypeTree): readonly PythonTypeTree[] {
  if (type.kind === "tuple") return type.of;
  return type.kind === "list" || type.kind === "tupleOf" || type.kind === "set" ? [type.of] : [];
}

interface SeenRecord {
  readonly calls: number;
  readonly fields: ReadonlyMap<string, readonly NotedType[]>;
}

/** The records that values were, however deep, with what their fields held. */
function recordsIn(observed: readonly Observed[]): ReadonlyMap<string, SeenRecord> {
  const records = new Map<string, { calls: number; fields: Map<string, NotedType[]> }>();
  const look = (type: NotedType, calls: number) => {
    mapParts(type, (part: NotedType) => {
      if (part.kind !== "record") return undefined;
      const record = records.get(part.name) ?? { calls: 0, fields: new Map<string, NotedType[]>() };
      records.set(part.name, { ...record, calls: Math.max(record.calls, calls) });
      for (const [name, field] of Object.entries(part.fields ?? {})) {
        record.fields.set(name, [...(record.fields.get(name) ?? []), field]);
        look(field, calls);
      }
      return part;
    });
  };
  for (const { calls, types } of observed)
    for (const found of types.values()) for (const one of found) look(one, calls);
  return records;
}

function newRecords(seen: ReadonlyMap<string, SeenRecord>, { records }: Contract): Record<string, RecordContract> {
  const made = [...seen].filter(([name]) => records[name] === undefined).sort(([a], [b]) => a.localeCompare(b, "en"));
  return Object.fromEntries(
    made.map(([name, { calls, fields }]) => [
      name,
      {
        fields: Object.fromEntries([...fields].map(([field, types]) => [field, merged(types)])),
        required: [...fields.keys()],
        dict: false,
        seen: calls,
      },
    ]),
  );
}
