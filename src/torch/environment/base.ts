import { AdsamError } from "../../errors.ts";
import { ask } from "../../installation/program.ts";
import { pythonVariables } from "./variables.ts";
import { isAtLeast, oldestPython } from "./version.ts";

export interface BasePython {
  readonly program: string;
  readonly version: string;
}

const usualNames = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];

// Debian ships a Python without ensurepip, with which a virtual environment cannot be made.
const question = "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])";

/**
 * A Python to make the environment from: the one named, else by ADSAM_BASE_PYTHON, else the first that will do of those in PATH.
 * @throws AdsamError `environment` when there is none.
 */
export async function findBasePython(named = process.env.ADSAM_BASE_PYTHON): Promise<BasePython> {
  const refused: string[] = [];
  for (const program of named ? [named] : usualNames) {
    const answer = await ask(program, ["-c", question], undefined, pythonVariables());
    const version = answer.ok ? answer.stdout.trim() : "";
    if (isAtLeast(version, oldestPython)) return { program, version };
    const reason = answer.ok ? `is ${version ? `"${version.slice(0, 40)}"` : "no Python"}` : answer.reason;
    if (named || reason !== notThere) refused.push(`${program} ${reason}`);
  }
  const came = refused.length > 0 ? refused.join("; ") : "none in PATH";
  throw new AdsamError("environment", `expected a Python >= ${oldestPython} with venv and ensurepip, got: ${came}`, {
    suggestion: `install Python ${oldestPython} or later (on Debian and Ubuntu also python3-venv), or name one with ADSAM_BASE_PYTHON`,
  });
}

const notThere = "could not be started (ENOENT)";
