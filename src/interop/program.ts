import { resolve } from "node:path";
import { type Program, type ProgramInput, program } from "../schema/options.ts";
import { validate } from "../validation.ts";

/** The program that options name: Python keeps the folder it was started in, and Node may have moved on. */
export function programOf(options: ProgramInput, what: string): Program {
  const checked = validate(program, options, what);
  return { ...checked, folder: resolve(checked.folder) };
}
