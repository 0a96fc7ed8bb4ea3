import type { DictType, NamedType, PythonTypeTree, RecordType, VariableType } from "./contract.ts";

/** Whether a value goes to Python or comes from there: what goes may be given in more ways. */
export type Way = "in" | "out";

/** A type as TypeScript writes it; `name` says what a class or record is called there. */
export function typeText(type: PythonTypeTree, way: Way, name: (python: string) => string): string {
  const inner = (part: PythonTypeTree) => typeText(part, way, name);
  switch (type.kind) {
    case "none":
      return "null";
    case "bool":
      return "boolean";
    case "int":
      return way === "in" ? "number | bigint" : "number";
    case "float":
    case "number":
      return "number";
    case "complex":
      return way === "in" ? "adsam.Complex | number" : "adsam.Complex";
    case "str":
      return "string";
    case "bytes":
    case "bytearray":
      return "Uint8Array";
    case "slice":
      return "adsam.Slice";
    case "ellipsis":
      return "adsam.Ellipsis";
    case "path":
      return way === "in" ? "adsam.PythonPath | string" : "adsam.PythonPath";
    case "dtype":
      return "adsam.TorchDtype";
    case "device":
      return way === "in" ? "adsam.TorchDevice | string" : "adsam.TorchDevice";
    case "literal":
      return type.values.map((value) => JSON.stringify(value)).join(" | ");
    case "union":
      return unionText(type.of.map(inner));
    case "list":
    case "tupleOf":
      return `readonly ${grouped(inner(type.of))}[]`;
    case "set":
      return `ReadonlySet<${inner(type.of)}>`;
    case "stream":
      return way === "in"
        ? `AsyncIterable<${inner(type.of)}> | Iterable<${inner(type.of)}> | adsam.PythonObject`
        : `AsyncIterable<${inner(type.of)}>`;
    case "tuple":
      return `readonly [${type.of.map(inner).join(", ")}]`;
    case "dict":
      return dictText(type, way, name);
    case "tensor":
    case "array":
      return way === "in" ? "adsam.Tensor | adsam.PythonObject" : "adsam.Tensor";
    case "callable":
      return callableText(type, way, name);
    case "class":
      return way === "in" ? `${named(type, name)} | adsam.PythonObject` : named(type, name);
    case "variable":
      return way === "in" ? `${name(variableKey(type))} | adsam.PythonObject` : name(variableKey(type));
    case "type":
      return way === "in" ? `adsam.Maker<${typeText(type.of, "out", name)}>` : "adsam.PythonObject";
    case "object":
      if (way === "out") return "adsam.PythonObject";
      return `adsam.PythonObject | ${givesBatches(type) ? "AsyncIterable<unknown> | Iterable<unknown>" : "adsam.Instance"}`;
    case "derived":
      return way === "in" ? `${inner(type.kept)} | ${inner(type.of)}` : inner(type.of);
    case "enum":
      if (type.flag) return "adsam.EnumMember";
      return `adsam.EnumMember<${type.members.map((member) => JSON.stringify(member)).join(" | ")}>`;
    case "record":
      return named(type, name);
    case "seen":
      return inner(type.of);
    case "unknown":
      return "unknown";
  }
}

/** What a call answers: None and instances of the client's classes are what they are, also where results stay in Python. */
export function answerText(type: PythonTypeTree, name: (python: string) => string): string {
  const [value, kept] = [typeText(type, "out", name), unionText(keptTexts(type, name))];
  if (value === kept) return `Promise<${value}>`;
  return `adsam.Answer<${value}, Keep${kept === "adsam.PythonObject" ? "" : `, ${kept}`}>`;
}

function keptTexts(type: PythonTypeTree, name: (python: string) => string): readonly string[] {
  if (type.kind === "union") return type.of.flatMap((one) => keptTexts(one, name));
  if (type.kind === "seen") return keptTexts(type.of, name);
  if (type.kind === "none" || type.kind === "class") return [typeText(type, "out", name)];
  const perhapsNone = type.kind === "unknown" || (type.kind === "variable" && type.bound === undefined);
  return ["adsam.PythonObject", ...(perhapsNone ? ["null"] : [])];
}

/** By what the name of a variable in TypeScript is known. */
export const variableKey = ({ name }: VariableType): string => `variable ${name}`;

function named({ name: own, args }: RecordType | NamedType, name: (python: string) => string): string {
  return args === undefined ? name(own) : `${name(own)}<${args.map((one) => typeText(one, "out", name)).join(", ")}>`;
}

/** A dict comes as an object where all its keys are texts; of variable ones only the compiler knows in the end. */
function dictText(type: DictType, way: Way, name: (python: string) => string): string {
  const [key, value] = [
    typeText(type.key, type.key.kind === "variable" ? "out" : way, name),
    typeText(type.value, way, name),
  ];
  const map = `ReadonlyMap<${key}, ${value}>`;
  switch (type.key.kind) {
    case "str":
      return `Readonly<Record<string, ${value}>>`;
    case "unknown":
      return `Readonly<Record<string, ${value}>> | ${map}`;
    case "variable":
      return way === "in" ? `${keyedText(key, value)} | ${map}` : `adsam.Dict<${key}, ${value}>`;
    default:
      return map;
  }
}

/** An object with keys of a variable's: its keys say what that is and, in a part of its own, its values; a Map's methods are none. */
const keyedText = (key: string, value: string): string =>
  `(Readonly<Record<${key} & string, unknown>> & { readonly [name: string]: ${value} })`;

/** Whether an object is a data loader: anything that is iterated over can be given for it. */
export function givesBatches({ kind, name }: NamedType): boolean {
  return kind === "object" && name === "torch.utils.data.dataloader.DataLoader";
}

/** A function that goes to Python is called with what comes from there; one that comes from there is an object. */
function callableText(
  { parameters, result }: Extract<PythonTypeTree, { kind: "callable" }>,
  way: Way,
  name: (python: string) => string,
): string {
  if (way === "out") return "adsam.PythonObject";
  const given =
    parameters === undefined
      ? "...values: never[]"
      : parameters.map((one, i) => `${letter(i)}: ${typeText(one, "out", name)}`).join(", ");
  return `((${given}) => ${givenText(result, name)}) | adsam.PythonObject`;
}

/** What a function gives to Python: what may be None there may be nothing here. */
function givenText(result: PythonTypeTree | undefined, name: (python: string) => string): string {
  if (result === undefined) return "unknown";
  if (result.kind === "none") return "void";
  const gives = unionText([typeText(result, "in", name), ...(takesNone(result) ? ["undefined"] : [])]);
  return gives === "unknown" ? gives : `${gives} | Promise<${gives}>`;
}

const takesNone = (type: PythonTypeTree): boolean =>
  type.kind === "none" || (type.kind === "union" && type.of.some(takesNone));

/** One type or another, each told once. */
export function unionText(types: readonly string[]): string {
  const members = new Set(types.flatMap(alternatives));
  return members.has("unknown") ? "unknown" : [...members].join(" | ");
}

/** What a type is one of, as it is written. */
function alternatives(text: string): string[] {
  if (text.includes('"')) return [text];
  const found = [""];
  let depth = 0;
  for (const part of text.split(/(=>|[()<>[\]{}]| \| )/)) {
    if (/^[(<[{]$/.test(part)) depth += 1;
    if (/^[)>\]}]$/.test(part)) depth -= 1;
    if (part === " | " && depth === 0) found.push("");
    else found.push(`${found.pop()}${part}`);
  }
  return found;
}

const letter = (i: number): string => (i < 26 ? String.fromCharCode(97 + i) : `a${i}`);

function grouped(text: string): string {
  return /[|>\s]/.test(text) && !/^[\w.]+<.*>$/.test(text) ? `(${text})` : text;
}

/** Every part of a type, itself included. */
export function partsOf(type: PythonTypeTree): PythonTypeTree[] {
  switch (type.kind) {
    case "union":
    case "tuple":
      return [type, ...type.of.flatMap(partsOf)];
    case "list":
    case "tupleOf":
    case "set":
    case "stream":
    case "seen":
    case "type":
      return [type, ...partsOf(type.of)];
    case "class":
    case "record":
      return [type, ...(type.args ?? []).flatMap(partsOf)];
    case "derived":
      return [type, ...partsOf(type.kept), ...partsOf(type.of)];
    case "dict":
      return [type, ...partsOf(type.key), ...partsOf(type.value)];
    case "callable":
      return [type, ...(type.parameters ?? []).flatMap(partsOf), ...(type.result ? partsOf(type.result) : [])];
    default:
      return [type];
  }
}
