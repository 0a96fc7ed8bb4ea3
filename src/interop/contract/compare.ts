import type {
  CallContract,
  ClassContract,
  Contract,
  ModuleContract,
  ParameterContract,
  PythonTypeTree,
  VariableType,
} from "./contract.ts";
import { classGiven, namedLike } from "./generics.ts";
import { asSaid } from "./said.ts";
import { checkWhole } from "./whole.ts";

/** One thing that is otherwise than a client was made for. */
export interface Change {
  /** Where: `attacks.PGD.create(eps)`. */
  readonly where: string;
  /** What. */
  readonly what: string;
  /** Whether a caller that was right before may be wrong now. */
  readonly breaks: boolean;
}

/**
 * What has changed in the modules of a client since it was made, in the contract's order. What recorded calls have shown is no part
 * of what modules say.
 * @throws AdsamError `usage` for a recorded contract that was damaged.
 */
export function changesBetween(recorded: Contract, current: Contract): Change[] {
  checkWhole(recorded);
  const [before, now] = [asSaid(recorded), asSaid(current)];
  const changes: Change[] = [];
  const tell = (where: string, what: string, breaks: boolean) => changes.push({ where, what, breaks });
  each(before.modules, now.modules, "", tell, (was, is, where) => compareModules(was, is, where, tell));
  each(before.records, now.records, "", tell, (was, is, where) => {
    variables(was.variables, is.variables, where.replace(":", "."), tell);
    each(was.fields, is.fields, `${where.replace(":", ".")}.`, tell, (from, to, field) =>
      types(from, to, field, tell, "both"),
    );
  });
  return changes;
}

type Tell = (where: string, what: string, breaks: boolean) => void;

function compareModules(was: ModuleContract, is: ModuleContract, where: string, tell: Tell): void {
  each(was.functions, is.functions, `${where}.`, tell, (from, to, name) => {
    calls(from, to, name, tell);
    compareMethods(from.methods ?? {}, to.methods ?? {}, name, tell);
  });
  each(was.classes, is.classes, `${where}.`, tell, (from, to, name) => compareClasses(from, to, name, tell));
  each(was.enums, is.enums, `${where}.`, tell, (from, to, name) =>
    each(from.members, to.members, `${name}.`, tell, (first, second, member) => {
      if (first !== second)
        tell(member, `stood for ${JSON.stringify(first)}, and now for ${JSON.stringify(second)}`, false);
    }),
  );
}

function compareClasses(was: ClassContract, now: ClassContract, where: string, tell: Tell): void {
  variables(was.variables, now.variables, where, tell);
  const is = classGiven(now, { kind: "class", name: now.name, args: was.variables });
  calls(was.creation, is.creation, `${where}.create`, tell);
  compareMethods(was.methods, is.methods, where, tell);
  each(was.attributes, is.attributes, `${where}.`, tell, (from, to, name) => types(from, to, name, tell, "gives"));
}

type Variables = ClassContract["variables"];

function variables(was: Variables = [], is: Variables = [], where: string, tell: Tell): void {
  const bounds = (all: NonNullable<Variables>) => JSON.stringify(all.map(({ bound = null }) => bound));
  if (bounds(was) === bounds(is)) return;
  const [before, now] = [was, is].map((all) => all.map(boundText).join(", ") || "none");
  tell(where, `had the type variables ${before}, and has ${now}`, was.length > 0);
}

const boundText = ({ name, bound }: VariableType): string =>
  bound === undefined ? name : `${name}: ${described(bound)}`;

type Methods = ClassContract["methods"];

function compareMethods(was: Methods, is: Methods, where: string, tell: Tell): void {
  each(was, is, `${where}.`, tell, (from, to, name) => {
    if (from.of !== to.of) tell(name, `was a method of ${from.of}, and is one of ${to.of}`, true);
    calls(from, to, name, tell);
  });
}

function calls(was: CallContract, now: CallContract, where: string, tell: Tell): void {
  const is = namedLike(now, was);
  const place = (name: string) => `${where}(${name})`;
  const known = new Map(is.parameters.map((one) => [one.name, one]));
  const gone = was.parameters.filter(({ name }) => !known.has(name));
  const come = is.parameters.filter(({ name }) => !was.parameters.some((one) => one.name === name));
  const renamed = new Set<ParameterContract>();
  for (const one of gone) {
    const at = was.parameters.indexOf(one);
    const other = come.find((next) => next.kind === one.kind && is.parameters.indexOf(next) === at);
    if (other !== undefined) renamed.add(other);
    tell(place(one.name), other === undefined ? "was removed" : `was renamed to ${other.name}`, true);
  }
  for (const one of come.filter((other) => !renamed.has(other))) {
    tell(place(one.name), one.required ? "was added, and has to be given" : "was added", one.required);
  }
  for (const one of was.parameters) {
    const same = known.get(one.name);
    if (same !== undefined) parameters(one, same, place(one.name), tell);
  }
  const order = (call: CallContract) => call.parameters.filter(({ required }) => required).map(({ name }) => name);
  const [first, second] = [order(was), order(is)];
  const same = first.length === second.length && [...first].sort().join() === [...second].sort().join();
  if (same && first.join() !== second.join()) tell(where, `takes ${second.join(", ")} in another order`, true);
  types(was.result, is.result, `${where}()`, tell, "gives");
}

function parameters(was: ParameterContract, is: ParameterContract, where: string, tell: Tell): void {
  if (was.kind !== is.kind) tell(where, `was ${kinds[was.kind]}, and is ${kinds[is.kind]}`, true);
  if (!was.required && is.required) tell(where, "has to be given now", true);
  if (was.required && !is.required) tell(where, "has a default now", true); // it moved to the options
  if (was.default !== undefined && is.default !== undefined && was.default !== is.default) {
    tell(where, `has the default ${is.default} instead of ${was.default}`, false);
  }
  types(was.type, is.type, where, tell, "given");
}

const kinds: Readonly<Record<ParameterContract["kind"], string>> = {
  positional: "given by place alone",
  either: "given by place or by name",
  rest: "the rest of the places",
  keyword: "given by name alone",
  keywords: "the rest of the names",
};

/** Whether a value goes to Python or comes from there; what has fields does both. */
type Direction = "given" | "gives" | "both";

/**
 * What nobody knows on one side contradicts nothing. A caller stays right where Python takes more than before, or gives less.
 */
function types(was: PythonTypeTree, is: PythonTypeTree, where: string, tell: Tell, direction: Direction): void {
  if (was.kind === "unknown" && is.kind === "unknown") return;
  if (JSON.stringify(was) === JSON.stringify(is)) return;
  if (was.kind === "enum" && is.kind === "enum" && was.name === is.name) {
    const lost = was.members.filter((member) => !is.members.includes(member));
    const come = is.members.filter((member) => !was.members.includes(member));
    if (lost.length > 0) tell(where, `no longer has ${lost.join(", ")} of ${described(is)}`, true);
    if (come.length > 0) tell(where, `has ${come.join(", ")} of ${described(is)} too`, false);
    return;
  }
  const known = was.kind !== "unknown" && is.kind !== "unknown";
  const fine =
    (direction === "given" && covers(is, was)) || (direction === "gives" && was.kind !== "variable" && covers(was, is));
  tell(where, `was ${described(was)}, and is ${described(is)}`, known && !fine);
}

/** Whether every value of the one type is also one of the other. */
function covers(wide: PythonTypeTree, narrow: PythonTypeTree): boolean {
  const members = (type: PythonTypeTree) => (type.kind === "union" ? type.of : [type]);
  return members(narrow).every((one) => members(wide).some((other) => isPartOf(one, other)));
}

function isPartOf(one: PythonTypeTree, other: PythonTypeTree): boolean {
  if (other.kind === "unknown" || JSON.stringify(one) === JSON.stringify(other)) return true;
  if (other.kind === "variable") return other.bound === undefined || covers(other.bound, one);
  if (one.kind === "variable") return one.bound !== undefined && covers(other, one.bound);
  if (one.kind === "derived") return covers(other, one.of);
  if (one.kind === "int") return other.kind === "float" || other.kind === "number";
  if (one.kind === "literal" && other.kind === "literal")
    return one.values.every((value) => other.values.includes(value));
  return false;
}

/** A type as Python writes it. */
export function described(type: PythonTypeTree): string {
  switch (type.kind) {
    case "none":
      return "None";
    case "literal":
      return type.values.map((value) => JSON.stringify(value)).join(" or ");
    case "union":
      return type.of.map(described).join(" | ");
    case "seen":
      return described(type.of);
    case "derived":
      return described(type.kept);
    case "list":
    case "set":
    case "stream":
      return `${type.kind === "stream" ? "Iterable" : type.kind}[${described(type.of)}]`;
    case "tuple":
      return `tuple[${type.of.map(described).join(", ")}]`;
    case "tupleOf":
      return `tuple[${described(type.of)}, ...]`;
    case "dict":
      return `dict[${described(type.key)}, ${described(type.value)}]`;
    case "class":
    case "object":
    case "record":
    case "enum": {
      const name = type.name.slice(type.name.lastIndexOf(":") + 1);
      return "args" in type && type.args ? `${name}[${type.args.map(described).join(", ")}]` : name;
    }
    case "variable":
      return type.name;
    case "type":
      return `type[${described(type.of)}]`;
    case "tensor":
    case "array": {
      const name = type.kind === "array" ? "ndarray" : "tensor";
      const shaped = type.shape === undefined ? name : `${name}[${type.shape}]`;
      return type.dtypes === undefined ? shaped : `${type.dtypes.join(" or ")} ${shaped}`;
    }
    default:
      return type.kind;
  }
}

function each<T>(
  was: Readonly<Record<string, T>>,
  is: Readonly<Record<string, T>>,
  prefix: string,
  tell: Tell,
  compare: (was: T, is: T, where: string) => void,
): void {
  for (const [name, one] of Object.entries(was)) {
    const now = Object.hasOwn(is, name) ? is[name] : undefined;
    if (now === undefined) tell(`${prefix}${name}`, "was removed", true);
    else compare(one, now, `${prefix}${name}`);
  }
  for (const name of Object.keys(is)) if (!Object.hasOwn(was, name)) tell(`${prefix}${name}`, "was added", false);
}
