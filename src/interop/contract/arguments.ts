import { AdsamError } from "../../errors.ts";
import { isTensor } from "../../tensor.ts";
import { Keywords, keywords, pythonType } from "../kinds.ts";
import type { CallContract, FunctionContract, PythonTypeTree } from "./contract.ts";
import { shown } from "./departure.ts";
import { fits, isObject } from "./fits.ts";
import type { Declared } from "./instances.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { given } from "./values.ts";

/** A call as a client makes it: what comes of it, and the arguments as Python is given them. */
interface FittingCall {
  readonly result: CallContract["result"];
  readonly sent: readonly unknown[];
}

/**
 * The call, or the first of its overloads, that takes these values.
 * @throws AdsamError `usage` when none does, with what each has against them.
 */
export function fittingCall(
  contract: FunctionContract,
  values: readonly unknown[],
  declared: Declared,
  where: string,
): FittingCall {
  const against: string[] = [];
  for (const { parameters, result } of contract.overloads ?? [contract]) {
    try {
      return { result, sent: argumentsOf(parameters, values, declared, where) };
    } catch (error) {
      if (!(error instanceof AdsamError) || contract.overloads === undefined) throw error;
      against.push(error.message.replace(`${where}: `, ""));
    }
  }
  const reasons = [...new Set(against)];
  const told = reasons.length === 1 ? reasons.join() : `no form of it takes these: ${reasons.join("; or: ")}`;
  throw new AdsamError("usage", `${where}: ${told}`);
}

/** Arguments as Python is given them. */
function argumentsOf(parameters: Parameters, values: readonly unknown[], declared: Declared, where: string): unknown[] {
  const shape = shapeOf(parameters);
  const { places, rest, options, others } = shape;
  checkNoOptionsByPlace(values, shape, declared, where);
  const required = places.filter((one) => one.required).length;
  if (values.length < required) {
    const names = places.map(({ name }) => name).join(", ");
    throw new AdsamError("usage", `${where}: expected ${names}, got ${values.length} of them`);
  }
  const left = values.slice(places.length);
  const last = left.at(-1);
  const named = last instanceof Keywords ? last.values : rest === undefined ? last : undefined;
  const more = last instanceof Keywords ? left.slice(0, -1) : rest === undefined ? left.slice(0, -1) : left;
  if (rest === undefined && more.length > 0) {
    throw new AdsamError(
      "usage",
      `${where}: expected ${places.length} values and options, got ${values.length} values`,
      {
        suggestion: "give what has a default by name, in one object after the others",
      },
    );
  }
  const tail = more.map((value, i) =>
    rest === undefined ? value : given(value, rest.type, declared, `${where}: ${rest.name}[${i}]`),
  );
  const first = values.slice(0, places.length);
  const byPlace = tail.length > 0 ? first : first.slice(0, first.findLastIndex((value) => value !== undefined) + 1);
  const before = places.flatMap((place, i) => {
    if (i >= byPlace.length && !place.required) return [];
    return [givenByPlace(byPlace[i], place, declared, where)];
  });
  return [...before, ...tail, ...optionsOf(named, options, others, declared, where)];
}

type Parameters = CallContract["parameters"];

/**
 * With a rest the last value is a place, and options are `Keywords`: an object that may be meant as these is taken for a dict only
 * where one is declared.
 */
function checkNoOptionsByPlace(values: readonly unknown[], shape: Shape, declared: Declared, where: string): void {
  const { places, rest, options, others } = shape;
  const [last, i] = [values.at(-1), values.length - 1];
  const place = places[i] ?? rest;
  if (rest === undefined || place === undefined || place.required || !isPlainObject(last)) return;
  const known = [...places.filter(({ required }) => !required), ...options].map(({ name }) => name);
  const own = Object.keys(last);
  const may =
    others !== undefined || own.some((name) => known.includes(name)) || (own.length === 0 && known.length > 0);
  if (!may || (!isOpen(place.type) && fits(last, place.type, declared.contract, "in"))) return;
  const what = place === rest ? `${place.name}[${i - places.length}]` : place.name;
  throw new AdsamError(
    "usage",
    `${where}: ${what}: expected options in keywords({ … }), got the object ${shown(last)}`,
    {
      suggestion: "where it is meant as a dict, give a Map: new Map(Object.entries({ … }))",
    },
  );
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Symbol.iterator in value || Symbol.asyncIterator in value)
    return false;
  const bare = Object.getPrototypeOf(value) === Object.prototype;
  return bare && pythonType(value) === undefined && !isObject(value) && !isTensor(value);
}

/** Whether any value is of a type, as far as is known. */
function isOpen(type: PythonTypeTree): boolean {
  switch (type.kind) {
    case "unknown":
      return true;
    case "variable":
      return type.bound === undefined || isOpen(type.bound);
    case "seen":
      return isOpen(type.of);
    case "union":
      return type.of.some(isOpen);
    default:
      return false;
  }
}

function givenByPlace(
  value: unknown,
  { name, type, required, default: otherwise }: Parameters[number],
  declared: Declared,
  where: string,
): unknown {
  if (value !== undefined || required) return given(value, type, declared, `${where}: ${name}`);
  throw new AdsamError("usage", `${where}: ${name}: expected a value, as others stand after it, got none`, {
    suggestion: otherwise === undefined ? "give its default" : `give its default: ${otherwise}`,
  });
}

function optionsOf(
  named: unknown,
  options: Parameters,
  others: Parameters[number] | undefined,
  declared: Declared,
  where: string,
): [] | [Keywords] {
  const missing = options.filter(
    ({ name, required }) => required && (named === undefined || Reflect.get(Object(named), name) === undefined),
  );
  if (missing.length > 0) {
    throw new AdsamError("usage", `${where}: expected the option ${missing.map(({ name }) => name).join(", ")}`);
  }
  if (named === undefined) return [];
  if (typeof named !== "object" || named === null || Array.isArray(named)) {
    throw new AdsamError("usage", `${where}: expected options in an object, got ${shown(named)}`);
  }
  const entries = Object.entries(named).flatMap(([name, value]): [string, unknown][] => {
    const option = options.find((one) => one.name === name) ?? others;
    if (option === undefined) {
      const known = options.map((one) => one.name).join(", ") || "none";
      throw new AdsamError("usage", `${where}: expected options of these names: ${known}, got ${name}`);
    }
    return value === undefined ? [] : [[name, given(value, option.type, declared, `${where}: ${name}`)]];
  });
  return [keywords(Object.fromEntries(entries))];
}
