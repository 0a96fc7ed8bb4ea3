import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export type Answer = { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly reason: string };

/** Runs a program that answers in a moment. Never rejects; `reason` continues a sentence that names the program. */
export function ask(
  program: string,
  args: readonly string[],
  timeoutMs = 30_000,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Answer> {
  return new Promise((resolve) => {
    const limits = { timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 1 << 20 } as const;
    const child = execFile(program, args, { ...limits, env }, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true, stdout });
      else resolve({ ok: false, reason: reasonOf(error, stderr, timeoutMs) });
    });
    child.stdin?.on("error", () => {}).end();
  });
}

function reasonOf(
  error: Error & { code?: unknown; killed?: boolean; signal?: unknown },
  stderr: string,
  timeoutMs: number,
) {
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "printed without end";
  if (error.killed) return `did not answer within ${timeoutMs / 1000} s`;
  if (error.signal) return `was ended by ${error.signal}`;
  if (typeof error.code !== "number") return `could not be started (${error.code ?? error.message})`;
  const words = wordsOf(stderr);
  return `ended with exit code ${error.code}${words === undefined ? "" : `: ${words}`}`;
}

/** The line that tells most: Python ends with its error, most other programs begin with it. */
function wordsOf(stderr: string): string | undefined {
  const lines = stderr.trim().split("\n");
  const line = stderr.includes("Traceback (most recent call last)") ? lines.at(-1) : lines[0];
  return line?.trim().slice(0, 200) || undefined;
}

export interface Outcome {
  readonly ok: boolean;
  /** Its last lines, standard output and error as they came. */
  readonly lines: readonly string[];
}

const linesKept = 40;

/** Runs a program that takes its time, handing on each line as it comes. Never rejects. */
export function follow(
  program: string,
  args: readonly string[],
  onLine: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    const keep = (line: string) => {
      lines.push(line);
      if (lines.length > linesKept) lines.shift();
    };
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", (line) => {
        keep(line);
        onLine(line);
      });
    }
    child.on("error", (error) => {
      keep(error.message);
      resolve({ ok: false, lines });
    });
    child.on("close", (code) => resolve({ ok: code === 0, lines }));
  });
}
