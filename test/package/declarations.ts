import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript-5-9";

const root = resolve(import.meta.dirname, "../..");

/** The files in which the package's entries begin. */
export const entries = {
  ".": "index.d.ts",
  "./tfjs": "tfjs/index.d.ts",
  "./vitest": "vitest.d.ts",
  "./vitest-setup": "vitest-setup.d.ts",
} as const;
export type Entry = keyof typeof entries;

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  types: ["node"],
};

/** Compiles the declarations into a folder in the package, where what they depend on is found. */
export function emitDeclarations(): string {
  const folder = mkdtempSync(join(root, "dist-declarations-"));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const options = ["--emitDeclarationOnly", "--outDir", folder];
  execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json"), ...options]);
  return folder;
}

export function removeDeclarations(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** What a module gives under a name. */
export interface Exported {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly declarations: readonly ts.Declaration[];
}

/** The declarations in a folder, as an editor of a user's reads them. */
export class Declarations {
  readonly #folder: string;
  readonly #service: ts.LanguageService;
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;

  constructor(folder: string) {
    this.#folder = folder;
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".d.ts"));
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => compilerOptions,
      getScriptFileNames: () => files.map((file) => join(folder, file)),
      getScriptVersion: () => "1",
      getScriptSnapshot: (path) => {
        const text = ts.sys.readFile(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
    });
    const program = this.#service.getProgram();
    if (program === undefined) throw new Error("expected a program of the declarations");
    this.#program = program;
    this.#checker = program.getTypeChecker();
  }

  source(entry: Entry): ts.SourceFile {
    const file = this.#program.getSourceFile(join(this.#folder, entries[entry]));
    if (file === undefined) throw new Error(`expected ${entries[entry]}`);
    return file;
  }

  /** In alphabetical order. */
  exportsOf(entry: Entry): Exported[] {
    const module = this.#checker.getSymbolAtLocation(this.source(entry));
    const symbols = module === undefined ? [] : this.#checker.getExportsOfModule(module);
    return symbols
      .map((found) => {
        const symbol = this.#behind(found);
        return { name: found.name, symbol, declarations: symbol.declarations ?? [] };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The package's own types that a declaration names. */
  typesNamedIn(declaration: ts.Node): ts.Symbol[] {
    const named = nodesIn(declaration).flatMap((node): ts.Node[] => {
      if (ts.isTypeReferenceNode(node)) return [node.typeName];
      return ts.isExpressionWithTypeArguments(node) ? [node.expression] : [];
    });
    return named.flatMap((name) => {
      const symbol = this.#checker.getSymbolAtLocation(name);
      return symbol !== undefined && this.#isOwn(this.#behind(symbol)) ? [this.#behind(symbol)] : [];
    });
  }

  /** What an editor shows of a name when the mouse is over it. */
  hover(name: ts.Node): string {
    const info = this.#service.getQuickInfoAtPosition(name.getSourceFile().fileName, name.getStart());
    return ts.displayPartsToString(info?.documentation);
  }

  /** The type in full where its declaration takes it from a value. */
  expanded(alias: ts.TypeAliasDeclaration): string {
    const { InTypeAlias, NoTruncation } = ts.TypeFormatFlags;
    return this.#checker.typeToString(this.#checker.getTypeAtLocation(alias.name), alias, InTypeAlias | NoTruncation);
  }

  /** Declared in one of the package's files, and no parameter of a type. */
  #isOwn({ declarations = [] }: ts.Symbol): boolean {
    return declarations.some(
      (declaration) =>
        declaration.getSourceFile().fileName.startsWith(this.#folder) && !ts.isTypeParameterDeclaration(declaration),
    );
  }

  #behind(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

/** A node, and all nodes in it. */
export function nodesIn(node: ts.Node): ts.Node[] {
  const inner: ts.Node[] = [];
  ts.forEachChild(node, (child) => void inner.push(...nodesIn(child)));
  return [node, ...inner];
}
