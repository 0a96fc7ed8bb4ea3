import type { ReportedCode } from "./schema/errors.ts";

/**
 * What went wrong:
 * - `usage`: an option or argument out of range or unknown;
 * - `data`: images, labels or a data set that do not fit;
 * - `checkpoint`: a checkpoint that is damaged, foreign or of another model;
 * - `file`: a file or folder that is missing, damaged, or may not be read or written;
 * - `disk`: no room left to write;
 * - `environment`: no Python, no torch, a version too old, a device that is not there;
 * - `diverged`: training whose loss or weights became NaN or infinite;
 * - `python`: an exception in Python that nobody foresaw, with its type and traceback in `python`;
 * - `crashed`: the Python process is gone;
 * - `closed`: the session was closed;
 * - `cancelled`: an AbortSignal fired.
 */
export type ErrorCode = ReportedCode | "python" | "crashed" | "closed" | "cancelled";

/** The Python exception behind an error. */
export interface PythonFailure {
  /** Qualified class name, such as `builtins.ValueError`. */
  readonly type: string;
  /** Its ancestors, nearest first. */
  readonly bases: readonly string[];
  readonly traceback: string;
}

export interface AdsamErrorOptions {
  readonly suggestion?: string | undefined;
  readonly cause?: unknown;
  readonly python?: PythonFailure | undefined;
}

/** The one error class of this package: `code` says what kind, `message` what was expected and came, `suggestion` what to do. */
export class AdsamError extends Error {
  override readonly name = "AdsamError";
  readonly code: ErrorCode;
  readonly suggestion: string | undefined;
  readonly python: PythonFailure | undefined;

  constructor(code: ErrorCode, message: string, options: AdsamErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.suggestion = options.suggestion;
    this.python = options.python;
  }
}
