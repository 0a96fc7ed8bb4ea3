import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { ask } from "../../installation/program.ts";
import { ownPlace } from "./place.ts";
import { pythonVariables } from "./variables.ts";
import { isAtLeast, oldestPython } from "./version.ts";

/** What the Python package needs, with the oldest version that will do. */
const needed = [
  { name: "torch", oldest: "2.4" },
  { name: "numpy", oldest: undefined },
  { name: "safetensors", oldest: undefined },
  { name: "pydantic", oldest: "2" },
] as const;

export type PackageName = (typeof needed)[number]["name"];

export interface Problem {
  readonly message: string;
  readonly fix: string;
  /** What pip would have to install, such as `torch>=2.4`. */
  readonly requirement?: string;
}

export interface PythonReport {
  readonly path: string;
  /** Of Python itself; null when the program is none. */
  readonly version: string | null;
  readonly packages: Readonly<Record<PackageName, string | null>>;
  /** Empty when it can be used. */
  readonly problems: readonly Problem[];
}

const versions = z.object({ python: z.string(), packages: z.record(z.string(), z.string().nullable()) });

// The current folder leaves sys.path before anything is imported from it. Runs on every Python, 2 included, so that it can say that it is too old.
const question = `
import sys
sys.path = [entry for entry in sys.path if entry]
import json
try:
    from importlib.metadata import version
except ImportError:
    version = None
def find(name):
    try:
        return version(name)
    except Exception:
        return None
print(json.dumps({
    "python": "%d.%d.%d" % sys.version_info[:3],
    "packages": {name: find(name) for name in sys.argv[1:]},
}))
`;

/** Asks a Python what it has, without importing torch. Never rejects: what is wrong is in `problems`. */
export async function inspectPython(
  path: string,
  options: { readonly timeoutMs?: number } = {},
): Promise<PythonReport> {
  const args = ["-c", question, ...needed.map(({ name }) => name)];
  const answer = await ask(path, args, options.timeoutMs, pythonVariables());
  const known = answer.ok ? parse(answer.stdout) : undefined;
  if (known === undefined)
    return report(path, null, {}, [noPython(path, answer.ok ? printed(answer.stdout) : answer.reason)]);
  const { python, packages } = known;
  if (!isAtLeast(python, oldestPython)) return report(path, python, {}, [tooOld(python)]);
  return report(path, python, packages, packageProblems(path, packages));
}

/** Throws what a report found as one AdsamError `environment`. */
export function requireHealthy({ path, version, problems }: PythonReport): void {
  if (problems.length === 0) return;
  const messages = problems.map(({ message }) => message).join("; ");
  const requirements = problems.flatMap(({ requirement }) => requirement ?? []);
  throw new AdsamError(
    "environment",
    version === null ? messages : `the Python at ${path} cannot be used: ${messages}`,
    {
      suggestion: requirements.length > 0 ? installFix(path, requirements) : problems[0]?.fix,
    },
  );
}

function parse(stdout: string): z.infer<typeof versions> | undefined {
  const lastLine = stdout.trim().split("\n").at(-1) ?? "";
  try {
    return versions.parse(JSON.parse(lastLine));
  } catch {
    return undefined;
  }
}

type Found = Readonly<Record<string, string | null>>;

function report(path: string, version: string | null, found: Found, problems: readonly Problem[]): PythonReport {
  const of = (name: PackageName) => found[name] ?? null;
  const packages = { torch: of("torch"), numpy: of("numpy"), safetensors: of("safetensors"), pydantic: of("pydantic") };
  return { path, version, packages, problems };
}

function packageProblems(path: string, found: Found): Problem[] {
  return needed.flatMap(({ name, oldest }) => {
    const version = found[name] ?? null;
    if (version !== null && (oldest === undefined || isAtLeast(version, oldest))) return [];
    const wanted = oldest === undefined ? name : `${name} >= ${oldest}`;
    const message =
      version === null
        ? `no ${name}${oldest === undefined ? "" : ` (expected ${wanted})`}`
        : `expected ${wanted}, got ${name} ${version}`;
    const requirement = wanted.replaceAll(" ", "");
    return [{ message, requirement, fix: installFix(path, [requirement]) }];
  });
}

function installFix(path: string, requirements: readonly string[]): string {
  if (path === ownPlace.python) return `run \`${ownPlace.setupCommand}\``;
  const quoted = requirements.map((requirement) => `"${requirement}"`).join(" ");
  return `install it with \`${path} -m pip install ${quoted}\`, or leave this Python out and run \`${ownPlace.setupCommand}\``;
}

const another = `name a Python ${oldestPython} or later, or leave it out and run \`${ownPlace.setupCommand}\``;

const printed = (text: string): string => {
  const [line = ""] = text.trim().split("\n");
  return line === "" ? "printed nothing" : `printed "${line.slice(0, 80)}"`;
};

const noPython = (path: string, reason: string): Problem => ({
  message: `expected a Python interpreter, got ${path}, which ${reason}`,
  fix: another,
});

const tooOld = (version: string): Problem => ({
  message: `expected Python >= ${oldestPython}, got ${version}`,
  fix: another,
});
