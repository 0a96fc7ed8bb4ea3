/** JSON in which NaN and infinities are strings, as `real` of schema/numbers.ts reads them; plain JSON makes them null. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, part: unknown) => (typeof part === "number" && !Number.isFinite(part) ? String(part) : part),
    indent,
  );
}
