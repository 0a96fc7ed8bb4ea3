import { CommanderError } from "commander";
import { AdsamError, type ErrorCode } from "../errors.ts";
import { interruptedExitCode } from "./interrupt.ts";

const exitCodes: Record<Exclude<ErrorCode, "cancelled">, number> = {
  diverged: 1,
  departed: 1,
  usage: 2,
  unsupported: 2,
  data: 2,
  checkpoint: 2,
  file: 2,
  disk: 3,
  environment: 3,
  python: 3,
  crashed: 3,
  closed: 3,
};

/** A failure as the command line tells it. */
export interface Failure {
  readonly exitCode: number;
  readonly code: ErrorCode | "internal";
  readonly message: string;
  readonly suggestion?: string;
  /** The Python exception or the stack behind a failure that nobody foresaw. */
  readonly details?: string;
}

/** The one place where an error becomes words and an exit code: 1 training that came to nothing, 2 wrong use, 3 the environment, 128 and the signal's number when stopped. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return wrongUse(error);
  if (error instanceof AdsamError) {
    const { code, message, suggestion, python } = error;
    return {
      exitCode: code === "cancelled" ? interruptedExitCode() : exitCodes[code],
      code,
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(code === "python" && python !== undefined ? { details: python.traceback.trimEnd() } : {}),
    };
  }
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { exitCode: 3, code: "internal", message, details: stack };
}

/** Commander writes `error: …`, and its guess at what was meant in brackets on a line of its own. */
function wrongUse({ message, exitCode }: CommanderError): Failure {
  const [problem = "", guess] = message.replace(/^error: /, "").split("\n");
  const suggestion = guess?.replace(/^\((.*)\)$/, "$1") ?? "`--help` after a command shows what it takes";
  return { exitCode: exitCode === 0 ? 0 : 2, code: "usage", message: problem, suggestion };
}

export function humanFailure({ message, suggestion, details }: Failure): string {
  const lines = [`error: ${message}`, ...(suggestion === undefined ? [] : [`  ${suggestion}`])];
  return [...lines, ...(details === undefined ? [] : ["", details])].join("\n");
}

export function jsonFailure({ exitCode: _, ...error }: Failure): string {
  return JSON.stringify({ error });
}
