import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";

const root = resolve(import.meta.dirname, "../..");

/** The command as it is installed: compiled, in a process of its own. */
export const program = join(root, "dist/cli/main.js");

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Bytes that it may write to one file. */
  readonly fileSize?: number;
  /** A process group of its own, as a shell or `timeout` gives it. */
  readonly detached?: boolean;
}

/** Sends a signal to all processes of the group of a command that was started detached. */
export function signalGroup({ process: { pid } }: Started, signal: NodeJS.Signals): void {
  if (pid === undefined) throw new Error("it was not started");
  process.kill(-pid, signal);
}

/** Starts `adsam ...words`, on one thread so that tests side by side do not slow each other down. */
export function start(
  words: readonly string[],
  { cwd = root, env = {}, fileSize, detached = false }: Surroundings = {},
): Started {
  const limit = fileSize === undefined ? "" : `ulimit -f ${fileSize / 512}; `;
  const child = spawn("/bin/sh", ["-c", `${limit}exec "$0" "$@"`, process.execPath, program, ...words], {
    cwd,
    env: { ...process.env, OMP_NUM_THREADS: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached,
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  const ended = new Promise<Ended>((resolveEnded, reject) => {
    child.on("error", reject).on("close", (exitCode) => resolveEnded({ exitCode, ...output }));
  });
  return { process: child, ended };
}

/** Waits until a command has said `text` on one of its streams; fails when it ends before. */
export async function said(
  { process: child, ended }: Started,
  stream: "stdout" | "stderr",
  text: string,
): Promise<void> {
  let heard = "";
  const spoken = new Promise<true>((resolveSpoken) => {
    child[stream].on("data", (part) => {
      heard += part;
      if (heard.includes(text)) resolveSpoken(true);
    });
  });
  const last = await Promise.race([spoken, ended]);
  if (last !== true) throw new Error(`it ended without saying ${text}: ${JSON.stringify(last)}`);
}

/** Runs `adsam ...words` to its end. */
export function adsam(words: readonly string[], surroundings?: Surroundings): Promise<Ended> {
  return start(words, surroundings).ended;
}

/** The lines of a command's stdout, each of which must be a JSON document. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
