import type { CallContract, Contract, FunctionContract, PythonTypeTree } from "./contract.ts";

/** Where a type stands in a contract. */
export interface TypePlace {
  /** Of the function or record: `attacks/classes/PGD/creation`. */
  readonly owner: string;
  readonly what: "parameter" | "result" | "attribute" | "field";
  /** Of the parameter, attribute or field; empty for a result. */
  readonly name: string;
}

type Change = (type: PythonTypeTree, place: TypePlace) => PythonTypeTree;

type ChangeCall = <Call extends FunctionContract>(call: Call, owner: string) => Call;

/** A contract with other calls in their places. */
export function mapCalls(contract: Contract, change: ChangeCall): Contract {
  return {
    ...contract,
    modules: mapped(contract.modules, (module, name) => ({
      ...module,
      functions: mapped(module.functions, (one, of) => change(one, `${name}/functions/${of}`)),
      classes: mapped(module.classes, (one, of) => ({
        ...one,
        creation: change(one.creation, `${name}/classes/${of}/creation`),
        methods: mapped(one.methods, (call, method) => change(call, `${name}/classes/${of}/methods/${method}`)),
      })),
    })),
  };
}

/** The call of an owner; undefined where the contract has none there. */
export function callAt({ modules }: Contract, owner: string): FunctionContract | undefined {
  const [module = "", group, of = "", kind, method = ""] = owner.split("/");
  const { functions = {}, classes = {} } = modules[module] ?? {};
  if (group === "functions") return functions[of];
  return kind === "creation" ? classes[of]?.creation : classes[of]?.methods[method];
}

/** A contract with other types in their places; what `typing.overload` says stays. */
export function mapTypes(contract: Contract, change: Change): Contract {
  const calls = mapCalls(contract, (call, owner) => ({ ...call, ...changed(call, owner, change) }));
  return {
    ...calls,
    modules: mapped(calls.modules, (module, name) => ({
      ...module,
      classes: mapped(module.classes, (one, of) => ({
        ...one,
        attributes: mapped(one.attributes, (type, attribute) =>
          change(type, { owner: `${name}/classes/${of}`, what: "attribute", name: attribute }),
        ),
      })),
    })),
    records: mapped(contract.records, (record, owner) => ({
      ...record,
      fields: mapped(record.fields, (type, name) => change(type, { owner, what: "field", name })),
    })),
  };
}

function changed({ parameters, result }: CallContract, owner: string, change: Change): CallContract {
  return {
    parameters: parameters.map((one) => ({
      ...one,
      type: change(one.type, { owner, what: "parameter", name: one.name }),
    })),
    result: change(result, { owner, what: "result", name: "" }),
  };
}

/** A type in which `change` has replaced parts, from outside in: what it leaves as it is, is looked into. */
export function mapParts(
  type: PythonTypeTree,
  change: (part: PythonTypeTree) => PythonTypeTree | undefined,
): PythonTypeTree {
  const inner = (part: PythonTypeTree) => mapParts(part, change);
  const other = change(type);
  if (other !== undefined) return other;
  switch (type.kind) {
    case "union":
    case "tuple":
      return { ...type, of: type.of.map(inner) };
    case "list":
    case "tupleOf":
    case "set":
    case "stream":
    case "seen":
    case "derived":
    case "type":
      return { ...type, of: inner(type.of) };
    case "class":
    case "record":
      return type.args === undefined ? type : { ...type, args: type.args.map(inner) };
    case "dict":
      return { ...type, key: inner(type.key), value: inner(type.value) };
    case "callable":
      return {
        ...type,
        ...(type.parameters && { parameters: type.parameters.map(inner) }),
        ...(type.result && { result: inner(type.result) }),
      };
    default:
      return type;
  }
}

export function mapped<T>(of: Readonly<Record<string, T>>, change: (one: T, name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([name, one]) => [name, change(one, name)]));
}
