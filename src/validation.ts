import type * as z from "zod";
import { AdsamError, type ErrorCode } from "./errors.ts";

/**
 * `value` as the schema has it, defaults filled in.
 * @throws AdsamError that names each wrong field, what was expected and what came.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  code: ErrorCode = "usage",
): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new AdsamError(code, `${what}: ${result.error.issues.map(describeIssue).join("; ")}`, { cause: result.error });
}

/** One sentence for one issue: `ratio: expected a number up to 1, got 2`. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join(".");
  return `${path === "" ? "" : `${path}: `}${problem(issue)}`;
}

function problem(issue: z.core.$ZodIssue): string {
  const got = `got ${shown(issue.input)}`;
  switch (issue.code) {
    case "too_big":
      return `expected a number ${issue.inclusive ? "up to" : "below"} ${issue.maximum}, ${got}`;
    case "too_small":
      return `expected a number ${issue.inclusive ? "from" : "above"} ${issue.minimum}, ${got}`;
    case "invalid_value":
      return `expected ${issue.values.map(shown).join(" or ")}, ${got}`;
    case "unrecognized_keys":
      return `unknown ${issue.keys.length === 1 ? "field" : "fields"} ${issue.keys.join(", ")}`;
    case "invalid_type":
      return `expected ${issue.expected}, ${issue.input === undefined ? "got nothing" : got}`;
    case "invalid_union":
      return issue.discriminator === undefined ? `${issue.message}, ${got}` : noVariant(issue, issue.discriminator);
    default:
      return `${issue.message}, ${got}`;
  }
}

function noVariant({ input, ...issue }: z.core.$ZodIssueInvalidUnion, discriminator: string): string {
  const options = "options" in issue ? (issue.options ?? []) : [];
  const given = typeof input === "object" && input !== null ? Reflect.get(input, discriminator) : input;
  return `expected ${options.map(shown).join(" or ")}, ${given === undefined ? "got nothing" : `got ${shown(given)}`}`;
}

function shown(value: unknown): string {
  // JSON has no NaN, no infinity and no bigint.
  const text =
    typeof value === "number" || typeof value === "bigint" ? `${value}` : (JSON.stringify(value) ?? `${value}`);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
