/** Failures that either language can report about what it was given or what surrounds it. */
export const reportedCodes = ["usage", "data", "checkpoint", "file", "disk", "environment"] as const;
export type ReportedCode = (typeof reportedCodes)[number];
