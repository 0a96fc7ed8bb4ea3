import * as z from "zod";
import { validate } from "../../validation.ts";
import type { Contract } from "./contract.ts";

/** What a type of a kind cannot be without. */
const parts: Readonly<Record<string, readonly string[]>> = {
  literal: ["values"],
  union: ["of"],
  list: ["of"],
  tupleOf: ["of"],
  set: ["of"],
  stream: ["of"],
  tuple: ["of"],
  dict: ["key", "value"],
  record: ["name"],
  class: ["name"],
  object: ["name"],
  derived: ["kept", "of"],
  type: ["of"],
  variable: ["name"],
  enum: ["name", "members"],
  seen: ["of"],
};

const type: z.ZodType = z.lazy(() => tree);
const tree = z
  .looseObject({
    kind: z.string(),
    of: z.union([type, z.array(type)]).optional(),
    kept: type.optional(),
    args: z.array(type).optional(),
    bound: type.optional(),
    key: type.optional(),
    value: type.optional(),
    result: type.optional(),
    parameters: z.array(type).optional(),
    values: z.array(z.unknown()).optional(),
    members: z.array(z.string()).optional(),
    name: z.string().optional(),
  })
  .superRefine((found, context) => {
    for (const part of parts[found.kind] ?? []) {
      if (found[part] === undefined) {
        context.addIssue({ code: "custom", path: [part], message: `expected what a ${found.kind} has, got undefined` });
      }
    }
  });

const call = z.looseObject({
  parameters: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.enum(["positional", "either", "rest", "keyword", "keywords"]),
      required: z.boolean(),
      type,
    }),
  ),
  result: type,
});
const named = <Schema extends z.ZodType>(schema: Schema) => z.record(z.string(), schema);
const function_ = call.extend({ overloads: z.array(call).optional() });

const contract = z.looseObject({
  modules: named(
    z.looseObject({
      functions: named(function_),
      classes: named(
        z.looseObject({
          creation: function_,
          methods: named(function_.extend({ of: z.enum(["instance", "class", "static", "property"]) })),
          attributes: named(type),
        }),
      ),
      enums: named(z.looseObject({ type: z.string(), members: named(z.unknown()) })),
    }),
  ),
  records: named(z.looseObject({ fields: named(type), required: z.array(z.string()), dict: z.boolean() })),
});

/**
 * Refuses a contract that is no longer what `adsam wrap` wrote.
 * @throws AdsamError `usage` that names what is not as it was.
 */
export function checkWhole(found: Contract): void {
  validate(contract, found, "the contract", "usage", "make it again with adsam wrap: it is not meant to be edited");
}
