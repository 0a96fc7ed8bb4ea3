import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openSides, type Rung, type Sides, type Stage } from "../../examples/ladder.ts";

/** An example, and where the code that it moves is. */
export interface Example {
  readonly stages: Readonly<Record<string, Stage>>;
  /** The environment variable that names a checkout. */
  readonly variable: string;
  /** What must hold of a rung's program, beside its proofs. */
  readonly check: (rung: Rung, name: string, sides: Sides) => void | Promise<void>;
}

/** Runs every stage on the stand-in, and on the checkout where there is one. */
export function climbed(example: string, { stages, variable, check }: Example): void {
  const places = { "its stand-in": "", [`the checkout that ${variable} names`]: process.env[variable] };

  for (const [place, folder] of Object.entries(places)) {
    describe.skipIf(folder === undefined)(`${example} on ${place}`, () => {
      let sides: Sides & AsyncDisposable;
      beforeAll(async () => {
        vi.stubEnv(variable, folder);
        sides = await openSides();
      });
      afterAll(async () => {
        await sides[Symbol.asyncDispose]();
        vi.unstubAllEnvs();
      });

      test.each(Object.entries(stages))(
        "%s: the program runs, and what has moved is proved",
        async (name, stage) => {
          const rung = await stage(sides);
          const cases = rung.proofs.flatMap((proof) => proof.cases);
          expect(cases.filter(({ status }) => status !== "passed")).toEqual([]);
          await check(rung, name, sides);
        },
        300_000,
      );
    });
  }
}
