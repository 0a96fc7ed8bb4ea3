import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AnalysisOptions, analyse } from "scslre";
import ts from "typescript-5-9";
import { expect, test } from "vitest";
import { packageRoot } from "../src/package.ts";

/** The regular expressions that a file of TypeScript holds. */
function expressionsOf(path: string): { source: string; flags: string }[] {
  const found: { source: string; flags: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.push({ source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest));
  return found;
}

/** Whether some text takes more than time proportional to its length. */
function backtracks({ source, flags }: { source: string; flags: string }): boolean {
  const options: AnalysisOptions = { assumeRejectingSuffix: true };
  return analyse({ source, flags }, options).reports.length > 0;
}

test("no regular expression takes long, whatever it is given", () => {
  expect(backtracks({ source: String.raw`^P(?:\s+|#\n)+\d`, flags: "" })).toBe(true);
  const folder = join(packageRoot, "src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  const all = files.flatMap((path) => expressionsOf(join(folder, path)).map((expression) => ({ path, ...expression })));
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter(backtracks)).toEqual([]);
});
