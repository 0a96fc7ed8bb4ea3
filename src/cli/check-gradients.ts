import type { Command } from "commander";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { checkGradients, type GradientCheck } from "../interop/check-gradients.ts";
import type { PythonObject } from "../interop/handle.ts";
import { jsonText } from "../json.ts";
import { open } from "../open.ts";
import { elementCount, type NamedTensors, tensor } from "../tensor.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { wave } from "../wave.ts";
import { backendGroup, jsonGroup } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";

const functionGroup = {
  heading: "The function:",
  shape: {
    input: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        "a float64 input by the name of its parameter, and its shape, such as a=2x3, several separated by commas",
      )
      .meta({ placeholder: "name=shape" }),
    folder: z.string().default(".").describe("where its module is").meta({ placeholder: "folder" }),
    tolerance: z.number().positive().default(1e-5).describe("of finite differences, in parts of the derivative"),
  },
};
const pythonGroup = { heading: "Backend:", shape: { python: backendGroup.shape.python } };
const output = jsonGroup("one JSON document on stdout");
const checkArguments = z.object({ ...functionGroup.shape, ...pythonGroup.shape, ...output.shape });

/** `adsam check-gradients`: tests the gradients of a Python function. Exits with 1 when one is wrong. */
export function checkGradientsCommand(command: Command): void {
  addOptions(command, [functionGroup, pythonGroup, output]);
  command.action(async (target: string) => {
    const { input, folder, tolerance, python, json } = checkArguments.parse(command.opts());
    const [module = "", name] = target.split(":");
    if (name === undefined) {
      throw new AdsamError("usage", `expected package.module:function, got ${target}`);
    }
    const inputs = inputsOf(input ?? []);
    await using backend = await open({ backend: "torch", device: "cpu", python });
    const work = async () => {
      const fn = await (await backend.import(module, { folder })).get<PythonObject>(name);
      return checkGradients(fn, inputs, { tolerance });
    };
    const checks = await unlessAborted(work(), interruptSignal());
    process.stdout.write(json ? `${jsonText(checks)}\n` : checks.map(line).join(""));
    if (checks.some(({ passed }) => !passed)) process.exitCode = 1;
  });
}

/** Inputs from fixed waves, of the names and shapes that were asked for. */
function inputsOf(said: readonly string[]): NamedTensors {
  const entries = said.map((text, i) => {
    const [, name, lengths] = /^([A-Za-z_]\w*)=(\d+(?:x\d+)*)?$/.exec(text) ?? [];
    if (name === undefined) {
      throw new AdsamError("usage", `--input: expected a name and a shape such as a=2x3, got ${text}`);
    }
    const shape = lengths === undefined ? [] : lengths.split("x").map(Number);
    return [name, tensor(Float64Array.from(wave(201 + i, elementCount(shape))), shape)] as const;
  });
  if (entries.length > 0) return Object.fromEntries(entries);
  throw new AdsamError("usage", "expected inputs, got none", {
    suggestion: "name each with its shape: --input a=2x3,b=3",
  });
}

function line({ input, finiteDifferences, dotProduct, passed }: GradientCheck): string {
  const forward = dotProduct === null ? "no forward derivative" : `dot product ${dotProduct.toExponential(1)}`;
  return `${passed ? "passed" : "failed"}  ${input}  finite differences ${finiteDifferences.toExponential(1)}, ${forward}\n`;
}
