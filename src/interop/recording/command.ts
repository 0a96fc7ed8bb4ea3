import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AdsamError } from "../../errors.ts";

/** A Python program, as it was asked for. */
export interface ProgramCommand {
  /** As it was written. */
  readonly text: string;
  /** Variables that were set before it: `CUDA_VISIBLE_DEVICES=0 python …`. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the interpreter itself is told: `-u`, `-W ignore`. */
  readonly interpreter: readonly string[];
  /** The script, or `-m` and a module, and what they are given. */
  readonly words: readonly string[];
}

const alone = new Set(["-u", "-B", "-O", "-OO", "-s"]);
const withValue = new Set(["-W", "-X"]);

/**
 * A command such as `python main.py --epochs 1`, taken apart as a shell does; no shell runs it.
 * @param folder where it would be typed.
 * @throws AdsamError `usage` for what is no Python program, and a script that is not there.
 */
export function programCommand(text: string, folder: string): ProgramCommand {
  const all = words(text);
  const start = all.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const [program, ...given] = start < 0 ? [] : all.slice(start);
  if (program === undefined || !/^python(3(\.\d+)?)?$/.test(program)) {
    throw new AdsamError("usage", `trace: expected a Python program, got ${text || "nothing"}`, {
      suggestion: program?.endsWith("python")
        ? `name that Python as the option python (--python ${program}), and write python here`
        : 'write it as you start it: "python main.py --epochs 1", or "python -m package.module"',
    });
  }
  const own = interpreterWords(given);
  const rest = given.slice(own);
  const [script, module] = rest;
  if (script === undefined || (script.startsWith("-") && (script !== "-m" || module === undefined))) {
    throw new AdsamError("usage", `trace: expected a script or -m and a module after python, got ${script ?? "none"}`, {
      suggestion: 'write it as you start it: "python main.py --epochs 1"',
    });
  }
  if (script !== "-m" && !existsSync(resolve(folder, script))) {
    throw new AdsamError("usage", `trace: there is no ${script} in ${folder}`, {
      suggestion: "name it as it is found from the option folder, in which the program runs",
    });
  }
  const environment = Object.fromEntries(all.slice(0, start).map((word) => splitAt(word, word.indexOf("="))));
  return { text, environment, interpreter: given.slice(0, own), words: rest };
}

const splitAt = (word: string, at: number): [string, string] => [word.slice(0, at), word.slice(at + 1)];

/** How many words are the interpreter's. */
function interpreterWords(given: readonly string[]): number {
  let count = 0;
  for (;;) {
    const word = given[count] ?? "";
    if (alone.has(word) || /^-[WX]./.test(word)) count += 1;
    else if (withValue.has(word)) count += 2;
    else return count;
  }
}

/** The words of a command line, with a shell's quotes. */
function words(text: string): string[] {
  const found: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i] ?? "";
    if (quote !== "'" && letter === "\\" && i + 1 < text.length) {
      i += 1;
      word = (word ?? "") + text[i];
    } else if (quote !== "") {
      if (letter === quote) quote = "";
      else word += letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= "";
    } else if (/\s/.test(letter)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else if (/[|&;<>$`(){}]/.test(letter)) {
      throw new AdsamError("usage", `trace: expected one program, got ${letter} in ${text}`, {
        suggestion: "no shell runs it: quote what is meant as it stands",
      });
    } else word = (word ?? "") + letter;
  }
  if (quote !== "") throw new AdsamError("usage", `trace: expected ${quote} at the end of ${text}`);
  return word === undefined ? found : [...found, word];
}
