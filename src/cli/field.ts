import * as z from "zod";
import { AdsamError } from "../errors.ts";

/** A field of a schema, as the command line offers it. */
export interface Field {
  /** Takes no value: `--flag`, and `--no-flag` where the schema has a default to turn over. */
  readonly flag: "none" | "plain" | "negatable";
  readonly placeholder: string;
  readonly about: string;
  /** Choices and default, for the help. */
  readonly remarks: readonly string[];
  /** Reads what the user wrote; `flags` names the option in the message. */
  parse(text: string, flags: string): unknown;
}

interface Layers {
  readonly inner: z.ZodType;
  /** undefined: the schema has none. */
  readonly fallback: unknown;
}

function layers(schema: z.ZodType): Layers {
  if (schema instanceof z.ZodDefault) {
    return { ...layers(schema.unwrap() as z.ZodType), fallback: schema.parse(undefined) };
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly) {
    return layers(schema.unwrap() as z.ZodType);
  }
  return { inner: schema, fallback: undefined };
}

function range(schema: z.ZodNumber): string {
  const bound = (limit: number | null) => (limit === null || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? null : limit);
  const [low, high] = [bound(schema.minValue), bound(schema.maxValue)];
  if (low === null) return high === null ? "" : ` up to ${high}`;
  const [open, openEnd] = [low, high].map((limit) => !schema.safeParse(limit).success);
  if (high === null) return open ? ` above ${low}` : ` of at least ${low}`;
  return open ? ` above ${low} and ${openEnd ? "below" : "up to"} ${high}` : ` from ${low} to ${high}`;
}

function expectation(schema: z.ZodType): string {
  if (schema instanceof z.ZodNumber) return `${schema.isInt ? "a whole number" : "a number"}${range(schema)}`;
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(", ")}`;
  if (schema instanceof z.ZodArray)
    return `${expectation(schema.element as z.ZodType)}, or several separated by commas`;
  return "a text that is not empty";
}

function placeholder(schema: z.ZodType): string {
  if (schema instanceof z.ZodNumber) return schema.isInt ? "count" : "number";
  if (schema instanceof z.ZodEnum) return "choice";
  if (schema instanceof z.ZodArray) return "list";
  return "text";
}

/** The value that a text stands for; what stands for none is left to the schema to refuse. */
function read(schema: z.ZodType, text: string): unknown {
  if (schema instanceof z.ZodNumber) return text.trim() === "" ? text : Number(text);
  if (schema instanceof z.ZodEnum) {
    return schema.options.find((option) => String(option).toLowerCase() === text.toLowerCase()) ?? text;
  }
  if (schema instanceof z.ZodArray) {
    if (schema.meta()?.repeated === true) return [read(schema.element as z.ZodType, text)];
    return text === "" ? [] : text.split(",").map((item) => read(schema.element as z.ZodType, item));
  }
  return text === "" ? undefined : text;
}

function shown(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** What the command line offers for a field of a schema. Its default stays in the schema; help shows it. */
export function fieldOf(schema: z.ZodType): Field {
  const { inner, fallback } = layers(schema);
  const named = schema.meta()?.placeholder;
  // What a description says of null is what happens without the option.
  const [about = "", ofNull] = (schema.description ?? inner.description ?? "").split(/;? ?\bnull: /);
  const choices = inner instanceof z.ZodEnum ? [inner.options.join(", ")] : [];
  const standard = fallback ?? ofNull;
  const negatable = fallback !== undefined ? "negatable" : "plain";
  return {
    flag: inner instanceof z.ZodBoolean ? negatable : "none",
    placeholder: typeof named === "string" ? named : placeholder(inner),
    about,
    remarks: standard === undefined ? choices : [...choices, `default: ${shown(standard)}`],
    parse(text, flags) {
      const result = inner.safeParse(read(inner, text));
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      const expected = issue?.code === "invalid_format" ? issue.message : `expected ${expectation(inner)}`;
      throw new AdsamError("usage", `${flags}: ${expected}, got ${text === "" ? "nothing" : text}`);
    },
  };
}
