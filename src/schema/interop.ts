import * as z from "zod";

/** What can be asked of objects that live in Python; what each takes stands beside its name in adsam_bridge/operations.py. */
export const operation = z
  .enum([
    "import",
    "reload",
    "call",
    "method",
    "get",
    "set",
    "length",
    "item",
    "setItem",
    "removeItem",
    "contains",
    "iterate",
    "next",
    "close",
    "enter",
    "exit",
    "text",
    "names",
    "same",
  ])
  .meta({ id: "Operation" });
export type Operation = z.output<typeof operation>;

/** Values as one JSON text, in which "$" tells what JSON has no word for; see src/interop/values.ts and adsam_bridge/values.py. */
export const values = z.string().describe("values as JSON text");
