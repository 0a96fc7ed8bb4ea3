import type { DictType, HolderType, NamedType, NumbersType, PythonTypeTree, TupleType } from "../contract/contract.ts";

/** More classes than these, and they are objects of any class. */
const namedClasses = 4;
/** Tuples of more lengths than these are tuples of any. */
const namedLengths = 2;

/** One type for values of several, in an order that does not depend on theirs. */
export function merged(types: readonly PythonTypeTree[]): PythonTypeTree {
  const flat = types.flatMap((type) => (type.kind === "union" ? type.of : [type]));
  const groups = new Map<string, PythonTypeTree[]>();
  for (const type of flat) {
    const key = groupOf(type);
    groups.set(key, [...(groups.get(key) ?? []), type]);
  }
  const one = [...groups].flatMap(([key, group]) => within(key, group));
  const sorted = one.sort((a, b) => rank(a) - rank(b) || JSON.stringify(a).localeCompare(JSON.stringify(b), "en"));
  const [only, ...others] = sorted;
  if (only === undefined) return { kind: "unknown", reason: "it was empty in all recorded calls" };
  const open = sorted.find(({ kind }) => kind === "unknown");
  return open ?? (others.length === 0 ? only : { kind: "union", of: sorted });
}

const rank = ({ kind }: PythonTypeTree): number => (kind === "none" ? 1 : 0);

/** Types of a group become one. An int says no more than that there are numbers, as a default does. */
function groupOf(type: PythonTypeTree): string {
  if (type.kind === "int" || type.kind === "float") return "number";
  if ("name" in type && type.kind !== "object") return `${type.kind} ${type.name}`;
  return type.kind;
}

function within(group: string, types: readonly PythonTypeTree[]): PythonTypeTree[] {
  const [first] = types;
  if (first === undefined) return [];
  switch (first.kind) {
    case "int":
    case "float":
      return [{ kind: "number" }];
    case "tensor":
    case "array": {
      const dtypes = (types as NumbersType[]).flatMap((type) => type.dtypes ?? []);
      return [{ kind: first.kind, dtypes: [...new Set(dtypes)].sort() }];
    }
    case "list":
    case "tupleOf":
    case "set":
    case "stream":
      return [{ kind: first.kind, of: merged((types as HolderType[]).map(({ of }) => of)) }];
    case "dict": {
      const dicts = types as DictType[];
      return [{ kind: "dict", key: merged(dicts.map(({ key }) => key)), value: merged(dicts.map((one) => one.value)) }];
    }
    case "tuple":
      return tuples(types as TupleType[]);
    case "object":
      return objects(types as NamedType[]);
    case "record":
      return [{ kind: "record", name: group.slice("record ".length) }];
    default:
      return [first];
  }
}

function tuples(types: readonly TupleType[]): PythonTypeTree[] {
  const lengths = [...new Set(types.map(({ of }) => of.length))];
  if (lengths.length > namedLengths) return [{ kind: "tupleOf", of: merged(types.flatMap(({ of }) => of)) }];
  return lengths.map((length) => {
    const alike = types.filter(({ of }) => of.length === length);
    return { kind: "tuple", of: Array.from({ length }, (_, i) => merged(alike.flatMap(({ of }) => of[i] ?? []))) };
  });
}

function objects(types: readonly NamedType[]): PythonTypeTree[] {
  const names = [...new Set(types.map(({ name }) => name))];
  if (names.length > namedClasses) return [{ kind: "object", name: "object" }];
  return names.map((name) => ({ kind: "object", name }));
}
