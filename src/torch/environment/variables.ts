import { delimiter, join } from "node:path";
import { packageRoot } from "../../package.ts";

/**
 * Variables that would change the interpreter itself, so that this package or torch could not work in it.
 * All others are the user's word on modules of the user's own (PYTHONPATH, PYTHONHASHSEED, PYTHONNOUSERSITE, …).
 */
const dropped = new Set([
  "PYTHONHOME", // another Python's library
  "PYTHONPLATLIBDIR",
  "PYTHONEXECUTABLE",
  "PYTHONSAFEPATH", // pythonia's files import each other from their own folder
  "PYTHONOPTIMIZE", // checks and docstrings are gone
  "PYTHONWARNINGS", // torch has warnings of its own, which "error" makes fatal
  "PYTHONINSPECT",
  "PYTHONIOENCODING",
]);

/**
 * The environment of every Python that this package starts: what inspects one sees what a session will see.
 * @param own variables of one program's, such as those that stand before a command.
 */
export function pythonVariables(own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !dropped.has(name));
  return {
    ...Object.fromEntries(inherited),
    PYTHONUNBUFFERED: "1",
    PYTHONUTF8: "1", // as Node names files and writes text, whatever the locale
    ...own,
    PYTHONPATH: [join(packageRoot, "python"), own.PYTHONPATH ?? process.env.PYTHONPATH].filter(Boolean).join(delimiter),
  };
}
