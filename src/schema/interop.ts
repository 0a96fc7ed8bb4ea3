import * as z from "zod";
import { bundle, carrying } from "./bundle.ts";
import { count } from "./numbers.ts";
import { program } from "./options.ts";

/** What can be asked of objects that live in Python; what each takes stands beside its name in adsam_bridge/operations.py. */
const operation = z
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
    "within",
    "text",
    "names",
    "same",
    "vjp",
    "jvp",
    "patch",
  ])
  .meta({ id: "Operation" });
export type Operation = z.output<typeof operation>;

/** Values as one JSON text, in which "$" tells what JSON has no word for; see src/interop/values.ts and adsam_bridge/values.py. */
const values = z.string().describe("values as JSON text");

export const askRequest = z
  .object({
    operation,
    program: program.describe("the program that its code runs in"),
    values: values.describe("positional arguments and keyword arguments, as JSON text"),
    keep: z.boolean().describe("what comes out stays in Python, and a handle stands for it"),
    output: z.boolean().describe("what it prints is told line by line"),
    tensors: carrying("*"),
  })
  .meta({ id: "AskRequest" });

export const askAnswer = z
  .object({
    value: values,
    changed: values
      .nullable()
      .describe("what lists and other containers among the arguments hold now that were changed, by number"),
    tensors: carrying("*").describe(
      "those that the values name, and changed/<name> of those that came and were changed",
    ),
  })
  .meta({ id: "AskAnswer" });

/** What a TypeScript function threw into Python. */
const thrown = z
  .object({
    number: count.describe("under which the error itself is kept on its side"),
    name: z.string(),
    message: z.string(),
    raised: count.nullable().describe("number of the Python exception that it stands for"),
  })
  .meta({ id: "Thrown" });

/** What a function of TypeScript's gave, or threw. */
export const answerRequest = z
  .object({
    question: count,
    value: values.nullable().describe("what the function gave; null where it threw"),
    thrown: thrown.nullable(),
    tensors: bundle,
  })
  .meta({ id: "AnswerRequest" });

/** What else comes over the socket: Python has a function of TypeScript's called, or has forgotten one. */
export const callbackEvent = z
  .discriminatedUnion("kind", [
    z
      .object({
        kind: z.literal("question"),
        question: count,
        callback: count,
        values: values.describe("positional arguments and keyword arguments"),
        tensors: bundle,
      })
      .meta({ id: "QuestionEvent" }),
    z
      .object({ kind: z.literal("forgotten"), callback: count, times: count.describe("how often it came") })
      .meta({ id: "ForgottenEvent" }),
  ])
  .meta({ id: "CallbackEvent" });
export type CallbackEvent = z.output<typeof callbackEvent>;
