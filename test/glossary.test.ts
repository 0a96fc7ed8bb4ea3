import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const texts = execFileSync("git", ["ls-files", "src", "python", "docs", "README.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((path) => /\.(ts|py|md|h|cpp)$/.test(path) && path !== "docs/glossary.md" && !path.startsWith("python/tests"))
  .map((path): [path: string, text: string] => [path, readFileSync(join(root, path), "utf8")]);

/** Where a word stands, as `path: line`. */
function places(pattern: RegExp, kinds = /./): string[] {
  return texts.flatMap(([path, text]) =>
    kinds.test(path) ? text.split("\n").flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}`] : [])) : [],
  );
}

// docs/glossary.md, "not" and "Messages".
describe("one word for one thing", () => {
  test("the texts are found", () => {
    expect(texts.length).toBeGreaterThan(300);
    expect(places(/native kernels/).length).toBeGreaterThan(3);
  });

  test("kernels are native, not own", () => {
    expect(places(/\bown kernels/i)).toEqual([]);
  });

  test("a message says what it got, and has received nothing", () => {
    expect(places(/[`"'].*, received /, /\.(ts|py)$/)).toEqual([]);
  });

  test("a suggestion begins in lower case and has no full stop", () => {
    expect(places(/suggestion[:=]\s*f?[`"][A-Z](?![A-Z])/, /\.(ts|py)$/)).toEqual([]);
    expect(places(/suggestion[:=]\s*f?([`"]).*\w\.\1/, /\.(ts|py)$/)).toEqual([]);
  });
});
