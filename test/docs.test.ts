import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
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
  readonly code: string;
  readonly line: number;
}

function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```(\S*)\n(.*?)^```$/gms)].map(({ 1: language = "", 2: code = "", index }) => {
    return { language, code, line: text.slice(0, index).split("\n").length };
  });
}

/** What runs a block, given the file that it was written to: each in the document's own folder, after those before it. */
const runners: Readonly<Record<string, { readonly extension: string; readonly command: readonly string[] }>> = {
  ts: { extension: "mts", command: [process.execPath, "--import", join(root, "node_modules/tsx/dist/esm/index.mjs")] },
  python: { extension: "py", command: [join(root, ".adsam/venv/bin/python")] },
  sh: { extension: "sh", command: ["/bin/bash", "-eu"] },
};

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

  test("has blocks of the known kinds alone", () => {
    const known = [...Object.keys(runners), "text", "json"];
    expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
  });

  test.runIf(blocks.length > 0)(
    "its blocks run as they stand, one after another, and print what is shown",
    async () => {
      // In the repository, where the package's own name leads to what was built.
      const folder = await mkdtemp(join(root, "docs-run-"));
      await symlink(join(root, "test/fixtures"), join(folder, "fixtures"));
      const PATH = `${join(root, "node_modules/.bin")}:${join(folder, "bin")}:${process.env.PATH}`;
      let printed = "";
      try {
        for (const { language, code, line } of blocks) {
          const place = `${document}:${line}`;
          if (language === "json") {
            expect(() => JSON.parse(code), place).not.toThrow();
            continue;
          }
          if (language === "text") {
            const came = shape(printed);
            expect(came, place).toEqual(expect.arrayContaining(shape(code)));
            continue;
          }
          const runner = runners[language];
          if (runner === undefined) continue;
          const path = join(folder, `block-${line}.${runner.extension}`);
          await writeFile(
            path,
            language === "sh" ? code.replaceAll("npx adsam", `node ${root}/dist/cli/main.js`) : code,
          );
          const [program = "", ...words] = [...runner.command, path];
          const { status, stdout, stderr } = spawnSync(program, words, {
            encoding: "utf8",
            cwd: folder,
            env: { ...process.env, PATH, PYTHONPATH: join(root, "python") },
          });
          expect(status, `${place}\n${stdout}\n${stderr}`).toBe(0);
          printed = stdout;
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    300_000,
  );

  test("its links lead somewhere", () => {
    const text = readFileSync(join(root, document), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)/g)];
    const broken = links.filter(([, path = "", anchor]) => !leads(resolve(root, document, "..", path), path, anchor));
    expect(broken.map(([link]) => link)).toEqual([]);

    function leads(target: string, path: string, anchor: string | undefined): boolean {
      try {
        const linked = path === "" ? text : readFileSync(target, "utf8");
        return anchor === undefined || anchors(linked).includes(anchor.slice(1));
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
