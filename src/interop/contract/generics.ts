import type {
  CallContract,
  ClassContract,
  Contract,
  FunctionContract,
  NamedType,
  PythonTypeTree,
  RecordType,
  VariableType,
} from "./contract.ts";
import { mapParts, mapped } from "./map-types.ts";
import { partsOf } from "./type-text.ts";

type Fields = Contract["records"][string]["fields"];

const fields = new WeakMap<RecordType, Fields>();
const classes = new WeakMap<NamedType, ClassContract>();

/** The fields of a record, with what its annotation says of the class's variables. */
export function fieldsOf(type: RecordType, { records }: Contract): Fields {
  const known = fields.get(type);
  if (known !== undefined) return known;
  const { fields: own = {}, variables } = records[type.name] ?? {};
  const given = meaningOf(variables, type.args);
  const made = given === undefined ? own : mapped(own, (field) => substituted(field, given));
  fields.set(type, made);
  return made;
}

/** What instances of a class have, with what an annotation says of the class's variables. */
export function classGiven(kind: ClassContract, type: NamedType): ClassContract {
  const given = meaningOf(kind.variables, type.args);
  if (given === undefined) return kind;
  const known = classes.get(type);
  if (known !== undefined) return known;
  const called = <Call extends FunctionContract>(call: Call): Call => ({
    ...call,
    ...callGiven(call, given),
    ...(call.overloads && { overloads: call.overloads.map((one) => callGiven(one, given)) }),
  });
  const attributes = mapped(kind.attributes, (one) => substituted(one, given));
  const made = { ...kind, creation: called(kind.creation), methods: mapped(kind.methods, called), attributes };
  classes.set(type, made);
  return made;
}

/** A call whose variables have the names that those of another one have, in their order: these say nothing. */
export function namedLike(call: CallContract, other: CallContract): CallContract {
  const [own, wished] = [variablesOf(call), variablesOf(other)];
  const given = own.length === wished.length ? meaningOf(own, wished) : undefined;
  return given === undefined ? call : callGiven(call, given);
}

function callGiven({ parameters, result }: CallContract, given: ReadonlyMap<string, PythonTypeTree>): CallContract {
  return {
    parameters: parameters.map((one) => ({ ...one, type: substituted(one.type, given) })),
    result: substituted(result, given),
  };
}

/** The variables that a call has of its own, beside those of its class. */
export function variablesOf(
  { parameters, result }: CallContract,
  ofClass: readonly VariableType[] = [],
): readonly VariableType[] {
  const known = new Set(ofClass.map(({ name }) => name));
  const all = [...parameters.map(({ type }) => type), result].flatMap(partsOf);
  const own = all.flatMap((part) => (part.kind === "variable" && !known.has(part.name) ? [part] : []));
  return [...new Map(own.map((one) => [one.name, one])).values()];
}

function meaningOf(
  variables: readonly VariableType[] = [],
  args: readonly PythonTypeTree[] = [],
): ReadonlyMap<string, PythonTypeTree> | undefined {
  const given = variables.flatMap(({ name }, i): [string, PythonTypeTree][] => {
    const type = args[i];
    return type === undefined || (type.kind === "variable" && type.name === name) ? [] : [[name, type]];
  });
  return given.length === 0 ? undefined : new Map(given);
}

function substituted(type: PythonTypeTree, given: ReadonlyMap<string, PythonTypeTree>): PythonTypeTree {
  return mapParts(type, (part) => (part.kind === "variable" ? given.get(part.name) : undefined));
}
