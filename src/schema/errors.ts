/** Failures that either language can report: of what it was given, of what surrounds it, of the training itself. */
export const reportedCodes = [
  "usage",
  "unsupported",
  "data",
  "checkpoint",
  "file",
  "disk",
  "environment",
  "diverged",
] as const;
/**
 * Kinds of failure that either language can report.
 * @useDeclaredType
 */
export type ReportedCode = (typeof reportedCodes)[number];
