import * as z from "zod";
import { type Arguments, tensorForms } from "../conformance/index.ts";
import { AdsamError } from "../errors.ts";
import { Float } from "../interop/kinds.ts";
import { backendGroup, programShape } from "./groups.ts";

const repeated = (about: string) =>
  z
    .array(z.string())
    .meta({ repeated: true })
    .optional()
    .describe(`${about}; once for each`)
    .meta({ placeholder: "name=value" });

const inputGroup = {
  heading: "What it is given:",
  shape: {
    input: repeated(
      "a parameter: x=float32[4,3] to draw numbers (y=int64[4]%10 below 10, v=float32[4]>=0 none negative), or a value such as n=3",
    ),
    cases: z.string().optional().describe("JSON file with sets of inputs").meta({ placeholder: "file" }),
    calls: z.string().optional().describe("folder of recorded calls").meta({ placeholder: "folder" }),
    edges: z
      .boolean()
      .default(true)
      .describe("beside what is drawn try zeros, ties, tiny and large numbers, one element and none"),
    init: repeated("what the class is made with, as --input"),
    make: z
      .string()
      .optional()
      .describe("function of Python's that makes what the method belongs to, with what --init says")
      .meta({ placeholder: "module:function" }),
    ...programShape,
  },
};
const portGroup = {
  heading: "The port:",
  shape: {
    call: z
      .enum(["positional", "named"])
      .default("positional")
      .describe("gets an argument for each of Python's parameters, or one object of them"),
    as: z
      .enum(tensorForms)
      .default("tfjs")
      .describe("gets tensors of TensorFlow.js, typed arrays, numbers in rows, or tensors of this package"),
    draws: z
      .enum(["python", "port"])
      .default("python")
      .describe("who draws where Python does: the port gets Python's draws, or Python the port's"),
    differentiate: z
      .array(z.string())
      .optional()
      .describe("inputs whose gradients are compared too, and state.<name> of parameters, separated by commas")
      .meta({ placeholder: "names" }),
  },
};
const pythonGroup = { heading: "Backend:", shape: { python: backendGroup.shape.python } };

/** What a port and a Python function are held against each other with, whatever is asked of them. */
export const subjectGroups = [inputGroup, portGroup, pythonGroup];

/** The same as one shape. */
export const subjectShape = { ...inputGroup.shape, ...portGroup.shape, ...pythonGroup.shape };

/** As `prove` and `bisectPort` take them. */
export function subjectOptions(
  torch: string,
  port: string,
  { input, init, edges, python: _, ...rest }: z.output<z.ZodObject<typeof subjectShape>>,
) {
  return {
    ...rest,
    torch,
    port,
    inputs: argumentsOf(input, "--input"),
    init: argumentsOf(init, "--init"),
    ...(edges ? {} : { edges }),
  };
}

/** `name=value` each: JSON, or a text; a number with a point is a float in Python. */
function argumentsOf(said: readonly string[] | undefined, flag: string): Arguments | undefined {
  if (said === undefined) return undefined;
  const values = new Map<string, unknown>();
  for (const text of said) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new AdsamError("usage", `${flag}: expected a name and a value such as x=float32[4,3], got ${text}`);
    }
    if (values.has(name)) throw new AdsamError("usage", `${flag}: expected ${name} once, got it twice`);
    values.set(name, givenValue(value));
  }
  return Object.fromEntries(values);
}

function givenValue(text: string): unknown {
  if (/^[-+]?(\d+\.\d*|\.\d+|\d+(\.\d*)?e[-+]?\d+)$/i.test(text)) return new Float(Number(text));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
