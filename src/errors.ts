import type { ReportedCode } from "./schema/errors.ts";

/**
 * What went wrong:
 * - `usage`: an option or argument out of range or unknown;
 * - `unsupported`: what the published code, as a backend, cannot do;
 * - `data`: images, labels or a data set that do not fit;
 * - `checkpoint`: a checkpoint that is damaged, foreign or of another model;
 * - `file`: a file or folder that is missing, damaged, or may not be read or written;
 * - `disk`: no room left to write;
 * - `environment`: no Python, no torch, a version too old, a device that is not there;
 * - `diverged`: training whose loss or weights became NaN or infinite;
 * - `python`: an exception in Python that nobody foresaw, with its type and traceback in `python`;
 * - `departed`: a TypeScript function that was compared with the Python one in whose place it stands gave something else;
 * - `crashed`: the Python process is gone;
 * - `closed`: the session was closed;
 * - `cancelled`: an AbortSignal fired.
 */
export type ErrorCode = ReportedCode | "python" | "departed" | "crashed" | "closed" | "cancelled";

/** The Python exception behind an error. */
export interface PythonFailure {
  /** Qualified class name, such as `builtins.ValueError`. */
  readonly type: string;
  /** Its ancestors, nearest first. */
  readonly bases: readonly string[];
  /** As Python prints it. */
  readonly traceback: string;
}

/** What an error has beside its code and message. */
export interface AdsamErrorOptions {
  /** What to do. */
  readonly suggestion?: string | undefined;
  /** The error behind it. */
  readonly cause?: unknown;
  /** The Python exception behind it. */
  readonly python?: PythonFailure | undefined;
}

/** The one error class of this package: `code` says what kind, `message` what was expected and came, `suggestion` what to do. */
export class AdsamError extends Error {
  /** Tells it from other errors where classes cannot be compared. */
  override readonly name = "AdsamError";
  /** What kind of failure it is. */
  readonly code: ErrorCode;
  /** What to do, in lower case and the imperative; undefined where there is nothing to suggest. */
  readonly suggestion: string | undefined;
  /** The Python exception behind it, where there is one. */
  readonly python: PythonFailure | undefined;

  constructor(code: ErrorCode, message: string, options: AdsamErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.suggestion = options.suggestion;
    this.python = options.python;
  }
}
