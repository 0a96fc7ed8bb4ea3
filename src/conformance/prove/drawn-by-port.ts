import { AdsamError } from "../../errors.ts";
import { elementCount, type Tensor } from "../../tensor.ts";
import type { PortAnswer } from "./port-function.ts";
import type { Ran } from "./python-subject.ts";

/**
 * What the port has drawn, in the order in which Python draws.
 * @throws AdsamError `usage` for draws that it does not hand over, that Python does not make, or of another shape.
 */
export function drawsOfPort({ draws }: PortAnswer, python: Ran["draws"]): Tensor[] {
  const names = python.map(({ name }) => name);
  const given = Object.entries(draws).filter(([, { shape }]) => elementCount(shape) > 0); // torch draws no empty masks
  const unknown = given.find(([name]) => !names.includes(name))?.[0];
  if (unknown !== undefined) {
    throw new AdsamError("usage", `draws: Python draws no ${unknown}, it draws ${names.join(", ") || "nothing"}`);
  }
  return python.map(({ name, file, line, values: { shape } }) => {
    const drawn = draws[name];
    if (drawn === undefined) {
      throw new AdsamError("usage", `draws: expected ${name} of the port, which Python draws at ${file}:${line}`, {
        suggestion: "hand it over: return outcome({ output, draws })",
      });
    }
    if (elementCount(drawn.shape) === elementCount(shape)) return { ...drawn, shape };
    throw new AdsamError("usage", `draws: expected ${name} of shape [${shape}], got [${drawn.shape}]`);
  });
}
