import { constants } from "node:os";

/** What asks a command to stop. SIGPIPE: whoever read its output has left. */
export type Interruption = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGPIPE";

/** Signals closer together are one: npm hands on a Ctrl-C that the terminal has sent already, systemd sends two. */
const togetherMilliseconds = 200;

const controller = new AbortController();
let listening = false;
let first: { readonly by: Interruption; readonly time: number } | undefined;

/**
 * Fires, with the `Interruption` as its reason, when the command is asked to stop.
 * The next signal ends the process at once.
 */
export function interruptSignal(): AbortSignal {
  if (!listening) {
    listening = true;
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => signalled(name));
  }
  return controller.signal;
}

/** Nobody reads what the command prints: it is to end cleanly what it does, and has not succeeded. */
export function readerLeft(): void {
  process.exitCode = exitCodeOf("SIGPIPE");
  if (listening) interrupt("SIGPIPE");
  else process.exit();
}

/** Of a command that was stopped: 128 and the signal's number, as shells say it; 130 for Ctrl-C. */
export function interruptedExitCode(): number {
  return exitCodeOf(first?.by ?? "SIGINT");
}

function signalled(by: Interruption): void {
  if (first === undefined) interrupt(by);
  else if (performance.now() - first.time > togetherMilliseconds) process.exit(exitCodeOf(by));
}

function interrupt(by: Interruption): void {
  first ??= { by, time: performance.now() };
  controller.abort(first.by);
}

function exitCodeOf(by: Interruption): number {
  return 128 + constants.signals[by];
}
