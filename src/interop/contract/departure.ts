import { isTensor } from "../../tensor.ts";
import { kindOf, PythonObject } from "../handle.ts";
import { described } from "./compare.ts";
import type { Contract, PythonTypeTree } from "./contract.ts";
import { fits } from "./fits.ts";
import { fieldsOf } from "./generics.ts";
import type { Way } from "./type-text.ts";

/** A part of a value that is not as it is declared. */
interface Departure {
  /** What is wrong, with words about the declaration. */
  message(declared?: string): string;
  /** What came instead. */
  readonly came: unknown;
}

/** What is wrong with a value, in its innermost part; undefined for one that is as declared. */
export function departure(
  value: unknown,
  type: PythonTypeTree,
  contract: Contract,
  way: Way,
  where: string,
): Departure | undefined {
  if (fits(value, type, contract, way)) return undefined;
  const part = innermost([where, value, type], contract, way);
  const [place, came, expected] = part;
  return {
    message: (declared) =>
      `${[`${place}: expected`, described(expected), declared].filter(Boolean).join(" ")}, got ${shown(came)}`,
    came,
  };
}

/** Where a part is, what it is, and what is declared there. */
type Part = readonly [string, unknown, PythonTypeTree];

function innermost(part: Part, contract: Contract, way: Way, within: readonly object[] = []): Part {
  const [, whole] = part;
  const held = typeof whole === "object" && whole !== null ? [...within, whole] : within;
  const wrong = partsOf(part, contract).find(([, value, type]) => !fits(value, type, contract, way, held));
  return wrong === undefined ? part : innermost(wrong, contract, way, held);
}

function partsOf([where, value, type]: Part, contract: Contract): Part[] {
  if (type.kind === "seen" || type.kind === "derived") return partsOf([where, value, type.of], contract);
  if (type.kind === "union") {
    const [only, ...others] = type.of.filter(({ kind }) => kind !== "none");
    return only === undefined || others.length > 0 || value === null ? [] : partsOf([where, value, only], contract);
  }
  if (typeof value !== "object" || value === null || value instanceof PythonObject) return [];
  switch (type.kind) {
    case "record": {
      const { required = [] } = contract.records[type.name] ?? {};
      const given = new Map(Object.entries(value));
      const asked = Object.entries(fieldsOf(type, contract)).filter(
        ([name]) => required.includes(name) || given.get(name) !== undefined,
      );
      return asked.map(([name, kind]) => [`${where}.${name}`, given.get(name), kind]);
    }
    case "list":
    case "tupleOf":
      return Array.isArray(value) ? value.map((item, i) => [`${where}[${i}]`, item, type.of]) : [];
    case "tuple":
      if (!Array.isArray(value) || value.length !== type.of.length) return [];
      return type.of.map((kind, i) => [`${where}[${i}]`, value[i], kind]);
    case "dict":
      return Array.isArray(value)
        ? []
        : entriesOf(value).flatMap(([name, item]) => [
            [`a key of ${where}`, name, type.key],
            [`${where}[${shown(name)}]`, item, type.value],
          ]);
    default:
      return [];
  }
}

function entriesOf(value: object): readonly (readonly [unknown, unknown])[] {
  return value instanceof Map ? [...value] : Object.entries(value);
}

/** A value in a message. */
export function shown(value: unknown): string {
  if (value instanceof PythonObject) return `a ${kindOf(value)}`;
  if (isTensor(value)) return `a tensor of ${value.dtype} [${value.shape}]`;
  if (isWord(value)) return `${value}`;
  if (typeof value === "function") return `the function ${value.name}`;
  const text = jsonOf(value);
  if (text === undefined) return String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_, part) => (isWord(part) ? `${part}` : part));
  } catch {
    return "an object that JSON cannot hold"; // such as one that holds itself
  }
}

/** What JSON has no word for. */
function isWord(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value));
}
