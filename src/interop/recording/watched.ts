import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { AdsamError } from "../../errors.ts";
import { fileError, systemCode } from "../../files.ts";
import { pythonVariables } from "../../torch/environment.ts";
import type { ProgramCommand } from "./command.ts";
import { type Notes, readNotes } from "./notes.ts";

/** How calls are kept. */
export interface KeepCalls {
  /** A folder that is not there yet, or is empty. */
  readonly folder: string;
  /** How many of each function; 10 unless told otherwise. */
  readonly count?: number | undefined;
  /** In how many bytes, of all functions together; 64 MiB unless told otherwise. */
  readonly bytes?: number | undefined;
}

/** How a program is run. */
export interface WatchOptions {
  readonly python: string;
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly keepCalls?: KeepCalls | undefined;
  /** Told what the program prints; it goes to stderr otherwise. */
  readonly onOutput?: ((line: string, stream: "stdout" | "stderr") => void) | undefined;
}

/** How a program ended, and what was noted until then. */
export interface Watched {
  readonly notes: Notes;
  /** Its exit status, or the signal that ended it; undefined where all was well. */
  readonly failure: string | undefined;
}

/** How long a program may take to end when it is told to. */
const graceMilliseconds = 2000;

/**
 * Runs a program as it would run by itself, and has it watched.
 * @param code what to watch for, as Python's contract has it.
 * @throws AdsamError `cancelled`, and `environment` where Python cannot be run.
 */
export async function watchProgram(command: ProgramCommand, code: object, options: WatchOptions): Promise<Watched> {
  const place = await mkdtemp(join(tmpdir(), "adsam-recording-"));
  const [order, notes] = [join(place, "order.json"), join(place, "notes")];
  try {
    await writeFile(
      order,
      JSON.stringify({ code, notes, parent: process.pid, keeping: await keepingOf(options.keepCalls) }),
    );
    await writeFile(notes, "");
    const failure = await run(command, ["-m", "adsam_bridge.recording", order, ...command.words], options);
    return { notes: readNotes(await readFile(notes, "utf8")), failure };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function keepingOf(keep: KeepCalls | undefined): Promise<object | null> {
  if (keep === undefined) return null;
  const folder = resolve(keep.folder);
  const there = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw fileError(error, "read", folder);
  });
  if (there.length === 0) return { folder, each: keep.count ?? 10, bytes: keep.bytes ?? 64 * 2 ** 20 };
  throw new AdsamError("usage", `keepCalls: expected a folder that is empty or not there yet, got ${folder}`, {
    suggestion: "name another one, or remove it",
  });
}

function run(
  command: ProgramCommand,
  words: readonly string[],
  { python, folder, signal, onOutput }: WatchOptions,
): Promise<string | undefined> {
  const output = onOutput === undefined ? 2 : "pipe";
  const program = spawn(python, [...command.interpreter, ...words], {
    cwd: folder,
    env: pythonVariables(command.environment),
    stdio: ["inherit", output, output],
  });
  for (const stream of ["stdout", "stderr"] as const) {
    const from = program[stream];
    if (from !== null) createInterface({ input: from }).on("line", (line) => onOutput?.(line, stream));
  }
  const end = () => {
    program.kill("SIGTERM");
    setTimeout(() => program.kill("SIGKILL"), graceMilliseconds).unref();
  };
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end, { once: true });
  return new Promise<string | undefined>((done, reject) => {
    program.on("error", (cause) => {
      reject(new AdsamError("environment", `cannot run ${python}: ${cause.message}`, { cause }));
    });
    program.on("close", (status, by) => {
      if (signal?.aborted) reject(new AdsamError("cancelled", "cancelled", { cause: signal.reason }));
      else done(by === null ? (status === 0 ? undefined : `exit status ${status}`) : `signal ${by}`);
    });
  }).finally(() => signal?.removeEventListener("abort", end));
}
