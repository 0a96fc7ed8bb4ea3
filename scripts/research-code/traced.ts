import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { open } from "../../src/index.ts";
import { callsFile, type Place } from "./trial.ts";

const run = promisify(execFile);

/** A program that shows what goes into a repository's functions: one of its own, and otherwise its calls in Python alone. */
export function programOf(program: readonly string[] | undefined, name: string, { folder, checkout }: Place): string {
  const words = program ?? [join(import.meta.dirname, "alone.py"), checkout, callsFile(folder, name)];
  return ["PYTHONPATH=.", "python", join(import.meta.dirname, "timed.py"), ...words].join(" ");
}

/** How long a program takes watched, as a multiple of what it takes by itself: in turn, of each round. */
export async function traceCost(
  modules: readonly string[],
  command: string,
  { checkout, python }: Place,
  rounds: number,
): Promise<number[]> {
  await using backend = await open({ backend: "torch", device: "cpu", python });
  const [, , ...words] = command.split(" ");
  const env = { ...process.env, PYTHONPATH: "." };
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stderr } = await run(python, words, { cwd: checkout, env, maxBuffer: 2 ** 28 });
    const lines: string[] = [];
    await backend.record(modules, command, { folder: checkout, onOutput: (line) => lines.push(line) });
    ratios.push(secondsIn(lines) / secondsIn(stderr.split("\n")));
  }
  return ratios.sort((a, b) => a - b);
}

function secondsIn(lines: readonly string[]): number {
  const told = lines.find((line) => line.startsWith("seconds "));
  if (told === undefined) throw new Error("expected the program to say how long it took");
  return Number(told.slice("seconds ".length));
}
