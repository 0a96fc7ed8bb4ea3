import { join } from "node:path";
import ts from "typescript-5-9";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Declarations, type Entry, emitDeclarations, entries, nodesIn, removeDeclarations } from "./declarations.ts";

let folder: string;
let api: Declarations;
beforeAll(() => {
  folder = emitDeclarations();
  api = new Declarations(folder);
}, 60_000);
afterAll(() => removeDeclarations(folder));

/** A declaration as it is written, without its comments, under the name by which it is exported. */
function text(declaration: ts.Declaration): string {
  const printer = ts.createPrinter({ removeComments: true });
  if (ts.isTypeAliasDeclaration(declaration) && nodesIn(declaration).some(ts.isTypeQueryNode)) {
    return `type ${declaration.name.text} = ${api.expanded(declaration)};`;
  }
  const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return printer
    .printNode(ts.EmitHint.Unspecified, whole, declaration.getSourceFile())
    .replaceAll(/^export (declare )?/gm, "");
}

function surface(entry: Entry): string {
  const exported = api
    .exportsOf(entry)
    .map(({ name, declarations }) => `// ${name}\n${declarations.map(text).join("\n")}`);
  const augmented = api.source(entry).statements.filter(ts.isModuleDeclaration).map(text);
  return `${[...exported, ...augmented].join("\n\n")}\n`;
}

describe.each(Object.keys(entries) as Entry[])("%s", (entry) => {
  test("declares what is recorded: a change here is one for users", async () => {
    const file = `${entry === "." ? "index" : entry.slice(2)}.d.txt`;
    await expect(surface(entry)).toMatchFileSnapshot(join(import.meta.dirname, "../fixtures/api", file));
  });

  test("exports every type that it names", () => {
    const known = new Set([...api.exportsOf(entry), ...api.exportsOf(".")].map(({ symbol }) => symbol));
    const missing = api.exportsOf(entry).flatMap(({ name, declarations }) =>
      declarations
        .flatMap((declaration) => api.typesNamedIn(declaration))
        .filter((symbol) => !known.has(symbol))
        .map((symbol) => `${symbol.name}, of which ${name} speaks`),
    );
    expect(missing).toEqual([]);
  });

  test("takes undefined wherever it takes nothing", () => {
    const strict = api.exportsOf(entry).flatMap(({ name, declarations }) =>
      declarations
        .flatMap(nodesIn)
        .filter((node) => ts.isPropertySignature(node) || ts.isPropertyDeclaration(node))
        .filter(({ questionToken, type }) => questionToken !== undefined && !takesUndefined(type))
        .map((property) => `${name}.${property.name.getText()}`),
    );
    expect(strict).toEqual([]);
  });

  test("tells what each of its names, fields and methods is, on hover", () => {
    const silent = api.exportsOf(entry).flatMap(({ name, declarations }) =>
      declarations.flatMap((declaration) => {
        const own = ts.getNameOfDeclaration(declaration);
        const members = nodesIn(declaration).filter(isMember);
        return [
          ...(own === undefined || api.hover(own) !== "" ? [] : [name]),
          ...(ts.isFunctionDeclaration(declaration) && !isCommented(declaration) ? [`an overload of ${name}`] : []),
          ...members
            .filter((member) => api.hover(member.name) === "")
            .map((member) => `${name}.${member.name.getText()}`),
        ];
      }),
    );
    const augmenting = nodesIn(api.source(entry)).filter(isMember);
    const unsaid = augmenting.filter(({ name }) => api.hover(name) === "").map(({ name }) => name.getText());
    expect([...new Set([...silent, ...unsaid])]).toEqual([]);
  });
});

function takesUndefined(type: ts.TypeNode | undefined): boolean {
  const taken: readonly ts.SyntaxKind[] = [ts.SyntaxKind.UndefinedKeyword, ts.SyntaxKind.UnknownKeyword];
  return type !== undefined && nodesIn(type).some(({ kind }) => taken.includes(kind));
}

/** An editor shows the text of the overload that is called, and no other. */
function isCommented(declaration: ts.FunctionDeclaration): boolean {
  return ts.getJSDocCommentsAndTags(declaration).length > 0;
}

function isMember(
  node: ts.Node,
): node is ts.PropertySignature | ts.PropertyDeclaration | ts.MethodSignature | ts.MethodDeclaration {
  const named =
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isMethodDeclaration(node);
  return named && !ts.isPrivateIdentifier(node.name) && !ts.isComputedPropertyName(node.name);
}
