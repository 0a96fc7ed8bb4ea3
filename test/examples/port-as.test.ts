import { expect } from "vitest";
import { stages } from "../../examples/port-as/stages.ts";
import { climbed } from "./climbed.ts";

/** Validation with the means alone of weights that were not trained, which stages without a step give. */
const untrained = ["layers", "networks", "prediction"];
const seen = new Map<string, number[]>();

climbed("port-as", {
  stages,
  variable: "ADSAM_REFERENCE",
  check: ({ program, proofs }, name) => {
    const numbers =
      program
        .match(/run (.*)$/)?.[1]
        ?.split(" ")
        .map(Number) ?? [];
    expect(numbers).toHaveLength(4);
    expect(numbers.every(Number.isFinite)).toBe(true);
    expect(proofs.length > 0).toBe(name !== "configuration");
    // Python's own loop, with functions of TypeScript's in it, goes as it went; what draws its own noise goes another way.
    const like = untrained.includes(name)
      ? "layers"
      : ["measures", "elbo"].includes(name)
        ? "configuration"
        : undefined;
    const before = like === undefined ? undefined : seen.get(like);
    if (before !== undefined) {
      for (const [i, one] of numbers.entries()) expect(one).toBeCloseTo(before[i] ?? Number.NaN, 3);
    }
    seen.set(name, numbers);
  },
});
