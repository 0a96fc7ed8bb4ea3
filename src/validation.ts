import { closestMatch } from "leven";
import * as z from "zod";
import { AdsamError, type ErrorCode } from "./errors.ts";

/**
 * `value` as the schema has it, defaults filled in.
 * @throws AdsamError that names each wrong field, what was expected and what came; of an unknown field what it may have meant.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  code: ErrorCode = "usage",
  suggestion?: string,
): z.output<Schema> {
  const odd = prototypeIn(value);
  if (odd !== undefined) {
    throw new AdsamError(code, `${what}: ${odd.join(".")}: nothing can be called ${prototype}`, { suggestion });
  }
  const result = schema.safeParse(value, { reportInput: true, error: unknownFields });
  if (result.success) return result.data;
  throw new AdsamError(code, `${what}: ${result.error.issues.map(describeIssue).join("; ")}`, {
    suggestion,
    cause: result.error,
  });
}

/** A name that means an object's prototype in JavaScript: records would drop it without a word. */
const prototype = "__proto__";

/** Where a value has it, as a field; undefined where it has none. Only what JSON can hold is looked into. */
function prototypeIn(value: unknown, seen = new Set<unknown>()): string[] | undefined {
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  if (!Array.isArray(value) && ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return undefined;
  seen.add(value);
  if (Object.hasOwn(value, prototype)) return [prototype];
  for (const [name, part] of Object.entries(value)) {
    const inner = prototypeIn(part, seen);
    if (inner !== undefined) return [name, ...inner];
  }
  return undefined;
}

/** What is said of fields that an object may not have; of other issues nothing yet. */
export function unknownFields(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "unrecognized_keys" || !(issue.inst instanceof z.ZodObject)) return undefined;
  const { shape } = issue.inst;
  const meant = (key: string) => {
    const deeper = roomsOf(shape, key);
    return deeper.length > 0 ? `did you mean ${deeper.join(" or ")}?` : nearest(key, Object.keys(shape));
  };
  return issue.keys.map((key) => `unknown field ${key}: ${meant(key)}`).join("; ");
}

/** Where the objects in an object have a field of this name. */
function roomsOf(shape: Readonly<Record<string, unknown>>, key: string): string[] {
  return Object.entries(shape).flatMap(([room, schema]) => {
    const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
    return inner instanceof z.ZodObject && Object.hasOwn(inner.shape, key) ? [`${room}.${key}`] : [];
  });
}

/** The word that a misspelt one most likely stands for, asked back; where none is near, all that are known. Upper case is as lower. */
export function nearest(word: string, known: readonly string[]): string {
  const lower = known.map((name) => name.toLowerCase());
  const meant = closestMatch(word.toLowerCase(), lower, { maxDistance: Math.ceil(word.length / 3) });
  return meant === undefined ? `expected ${known.join(", ")}` : `did you mean ${known[lower.indexOf(meant)]}?`;
}

/** One sentence for one issue: `ratio: expected a number up to 1, got 2`. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join(".");
  const problem = issue.code === "unrecognized_keys" ? issue.message : `${expectation(issue)}, ${got(cameOf(issue))}`;
  return `${path === "" ? "" : `${path}: `}${problem}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_big":
      return limit(issue.origin, issue.inclusive ? "up to" : "below", issue.maximum);
    case "too_small":
      return limit(issue.origin, issue.inclusive ? "from" : "above", issue.minimum);
    case "invalid_value":
      return `expected ${issue.values.map(shown).join(" or ")}`;
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_union":
      // A union may say itself what it is; zod's own words say nothing.
      if (issue.discriminator === undefined && issue.message !== "Invalid input") return issue.message;
      return `expected ${variants(issue).join(" or ")}`;
    default:
      return issue.message;
  }
}

function limit(origin: string, relation: string, bound: number | bigint): string {
  if (origin === "string")
    return bound === 1 ? "expected a text that is not empty" : `expected a text ${relation} ${bound} characters`;
  if (origin === "array") return `expected a list ${relation} ${bound} elements`;
  return `expected a number ${relation} ${bound}`;
}

/** What each member of a union expects, or what tells its members apart. */
function variants(issue: z.core.$ZodIssueInvalidUnion): string[] {
  if (issue.discriminator !== undefined) return "options" in issue ? (issue.options ?? []).map(shown) : [];
  const expected = issue.errors.flatMap(([first]) => (first === undefined ? [] : expectation(first)));
  return [...new Set(expected)].map((text) => text.replace(/^expected /, ""));
}

/** What came: the input, unless a check of several fields says which part of it was wrong (`params: { got }`). */
function cameOf(issue: z.core.$ZodIssue): unknown {
  const { input } = issue;
  if (issue.code === "custom" && issue.params !== undefined && "got" in issue.params) return issue.params.got;
  if (issue.code !== "invalid_union" || issue.discriminator === undefined) return input;
  return typeof input === "object" && input !== null ? Reflect.get(input, issue.discriminator) : input;
}

function got(value: unknown): string {
  return value === undefined ? "got nothing" : `got ${shown(value)}`;
}

function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  // JSON has no NaN, no infinity and no bigint.
  const text =
    typeof value === "object" ? json(value) : typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Of what JSON cannot hold, circles and the like, the kind alone. */
function json(value: object | null): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** A function: a schema cannot look into it. */
export function callback<Callback>() {
  return z.custom<Callback>((value) => typeof value === "function", "expected a function");
}

/** What cancels; from any realm. */
export const abortSignal = z.custom<AbortSignal>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "aborted" in value &&
    "addEventListener" in value &&
    typeof value.addEventListener === "function",
  "expected an AbortSignal",
);
