import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const documents = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith(".md"),
);

/** A fenced block of a document. */
interface Block {
  readonly language: string;
  /** What stands behind the language: `vitest` for a test, or the name of a file that others use. */
  readonly info: string;
  readonly code: string;
  readonly line: number;
}

function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```(\S*) ?(\S*)\n(.*?)^```$/gms)].map(
    ({ 1: language = "", 2: info = "", 3: code = "", index }) => {
      return { language, info, code, line: text.slice(0, index).split("\n").length };
    },
  );
}

const binary = (name: string) => join(root, "node_modules/.bin", name);

/** A checkout of the published code, for the blocks that need one; this package contains none. */
const published = process.env.ADSAM_REFERENCE;

/** What runs a block, given the file that it was written to: each in the document's own folder, after those before it. */
const runners: Readonly<Record<string, { readonly name: string; readonly command: readonly string[] }>> = {
  ts: { name: "block.mts", command: [process.execPath, "--import", join(root, "node_modules/tsx/dist/esm/index.mjs")] },
  "ts vitest": { name: "block.test.ts", command: [binary("vitest"), "run", "--root", "."] },
  python: { name: "block.py", command: [join(root, ".adsam/venv/bin/python")] },
  sh: { name: "block.sh", command: ["/bin/bash", "-eu"] },
};

/** What is shown and not run: output, documents, and files that a later block uses. */
const shown = ["text", "json", "js"];

const kindOf = ({ language, info }: Block) =>
  ["", "published"].includes(info) || language === "js" ? language : `${language} ${info}`;

/** What a block printed, as a document may show it: numbers and times are another machine's. */
function shape(output: string): string[] {
  return output
    .split("\n")
    .map((line) =>
      line
        .replaceAll(/\d[\d.:e+-]*/g, "#")
        .replaceAll(/\s+/g, " ")
        .trim(),
    )
    .filter((line) => line !== "" && line !== "…");
}

describe.each(documents)("%s", (document) => {
  const blocks = blocksOf(document);
  const theirs = blocks.filter(({ info }) => info === "published");

  test("has blocks of the known kinds alone", () => {
    const known = [...Object.keys(runners), ...shown];
    expect(blocks.filter((block) => !known.includes(block.language) && !known.includes(kindOf(block)))).toEqual([]);
  });

  test.runIf(blocks.length > 0)(
    "its blocks run as they stand, one after another, and print what is shown",
    () => runAll(blocks.filter((block) => !theirs.includes(block))),
    300_000,
  );

  if (theirs.length > 0) {
    test.skipIf(published === undefined)(
      "its blocks of the published code run with the checkout that ADSAM_REFERENCE names",
      () => runAll(theirs),
      300_000,
    );
  }

  async function runAll(chosen: readonly Block[]): Promise<void> {
    // In the repository, where the package's own name leads to what was built.
    const folder = await mkdtemp(join(root, "docs-run-"));
    await symlink(join(root, "test/fixtures"), join(folder, "fixtures"));
    await symlink(join(root, "examples"), join(folder, "examples"));
    if (published !== undefined) await symlink(resolve(published), join(folder, "AS"));
    await writeFile(join(folder, "vitest.config.mjs"), "export default {};"); // not the repository's own
    let printed = "";
    try {
      for (const block of chosen) printed = (await run(block, folder, printed)) ?? printed;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** What the block printed; undefined where it is one that is shown. */
  async function run(block: Block, folder: string, printed: string): Promise<string | undefined> {
    const { language, info, code, line } = block;
    const place = `${document}:${line}`;
    if (language === "json") expect(() => JSON.parse(code), place).not.toThrow();
    if (language === "text") expect(shape(printed), place).toEqual(expect.arrayContaining(shape(code)));
    if (language === "js" || /\.(py|ts)$/.test(info)) await writeFile(join(folder, info), code);
    const runner = runners[kindOf(block)];
    if (runner === undefined) return undefined;
    const path = join(folder, `${line}-${runner.name}`);
    await writeFile(path, language === "sh" ? code.replaceAll("npx adsam", `node ${root}/dist/cli/main.js`) : code);
    const [program = "", ...words] = [...runner.command, path];
    const env = { ...process.env, PYTHONPATH: join(root, "python") };
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8", cwd: folder, env });
    expect(status, `${place}\n${stdout}\n${stderr}`).toBe(0);
    return stdout;
  }

  test("its links lead somewhere", () => {
    const text = readFileSync(join(root, document), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)/g)];
    const broken = links.filter(([, path = "", anchor]) => !leads(resolve(root, document, "..", path), path, anchor));
    expect(broken.map(([link]) => link)).toEqual([]);

    function leads(target: string, path: string, anchor: string | undefined): boolean {
      try {
        if (anchor === undefined) return existsSync(target);
        const linked = path === "" ? text : readFileSync(target, "utf8");
        return anchors(linked).includes(anchor.slice(1));
      } catch {
        return false;
      }
    }
  });
});

/** The anchors that headings get. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}
