import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam, ended, modules, project, root } from "./wrapped/project.ts";

describe("a client for the signatures that research code has", () => {
  let folder: string;
  let client: string;
  beforeAll(async () => {
    folder = await project(await mkdtemp(join(tmpdir(), "adsam-test-")));
    client = join(folder, "signatures.client.ts");
    const wrapped = await adsam("wrap", "signatures", "--folder", modules, "-o", client);
    expect(wrapped).toMatchObject({ code: 0, stdout: "" });
    await cp(join(import.meta.dirname, "wrapped/use.ts"), join(folder, "use.ts"));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(["typescript", "typescript-5-9"])(
    "type-checks under strict with %s",
    async (compiler) => {
      const tsc = join(root, "node_modules", compiler, "bin/tsc");
      const options =
        "--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck --module nodenext --target es2023 --lib es2023,esnext.disposable --types node --allowImportingTsExtensions".split(
          " ",
        );
      expect(await ended(process.execPath, [tsc, ...options, "use.ts"], folder)).toEqual({
        code: 0,
        stdout: "",
        stderr: "",
      });
    },
    120_000,
  );

  test("runs, every one of them", async () => {
    const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
    const { code, stdout, stderr } = await ended(process.execPath, [tsx, "use.ts", modules], folder);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "all\n", stderr: "" });
  }, 120_000);

  test("is the same, byte for byte, when it is made again, and has not changed", async () => {
    const again = join(await temporaryFolder(), "signatures.client.ts");
    await adsam("wrap", "signatures", "--folder", modules, "-o", again);
    expect(await readFile(again, "utf8")).toBe(await readFile(client, "utf8"));
    expect(await adsam("wrap", "signatures", "--folder", modules, "-o", client, "--check")).toEqual({
      code: 0,
      stdout: "nothing has changed\n",
      stderr: "",
    });
  }, 120_000);
});

test("says what has changed, exits with 1 where it breaks a caller, and the client is refused then", async () => {
  const folder = await project(await temporaryFolder());
  const write = (text: string) => writeFile(join(folder, "changing.py"), text);
  const client = join(folder, "changing.client.ts");
  const check = () => adsam("wrap", "changing", "--folder", folder, "-o", client, "--check");
  await write("def f(a: int, b: float = 1.0) -> int: return a\n\nclass C:\n    def m(self, x): pass\n");
  expect(await adsam("wrap", "changing", "--folder", folder, "-o", client)).toMatchObject({ code: 0 });

  await write(
    "def f(a: int, b: float = 2.0, c=None) -> int: return a\n\nclass C:\n    def m(self, x): pass\n\ndef g(): pass\n",
  );
  expect(await check()).toMatchObject({
    code: 0,
    stdout:
      "        changing.f(c) was added\n        changing.f(b) has the default 2.0 instead of 1.0\n        changing.g was added\n",
  });

  await write("def f(a: str, *, d: float) -> int: return a\n\nclass C:\n    def m(self, y): pass\n");
  expect(await check()).toMatchObject({
    code: 1,
    stdout: [
      "breaks  changing.f(b) was removed",
      "breaks  changing.f(d) was added, and has to be given",
      "breaks  changing.f(a) was int, and is str",
      "breaks  changing.C.m(x) was renamed to y",
      "",
    ].join("\n"),
  });
  const using = `
    import { open } from "adversarial-sampling";
    import client from "./changing.client.ts";
    const backend = await open({ backend: "torch", device: "cpu" });
    await backend.use(client).catch(({ code, message }) => console.log(code, message));
    await backend.close();`;
  await writeFile(join(folder, "use.ts"), using);
  const { stdout } = await ended(process.execPath, [join(root, "node_modules/tsx/dist/cli.mjs"), "use.ts"], folder);
  expect(stdout).toMatch(/^usage the client was made for other modules: changing\.f\(b\) was removed; /);
}, 120_000);

test("wraps a module that parses arguments and asks for CUDA as it is imported, in the program that options say", async () => {
  const folder = await temporaryFolder();
  const client = join(folder, "started.client.ts");
  const text = `
import argparse, torch
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, required=True)
start = torch.zeros(parser.parse_args().epochs, device="cuda")
def first(count: int = len(start)) -> torch.Tensor: return start[:count]
`;
  await writeFile(join(folder, "started.py"), text);
  const wrap = (...program: string[]) => adsam("wrap", "started", "--folder", folder, "-o", client, ...program);
  expect(await wrap("--argv=--epochs", "--argv=7", "--cuda=served")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await readFile(client, "utf8")).toContain("@param count Default: 7.");
  expect(await wrap()).toMatchObject({ stderr: expect.stringMatching(/--epochs.*as the option argv/s) });
}, 60_000);

test.each([
  [["wrap", "math", "-o", "client.ts", "--trace", "python main.py", "--cuda", "served"], /served no CUDA/],
  [["wrap", "nowhere", "-o", "client.ts"], /there is no Python module nowhere/],
  [["wrap", "math", "-o", "client.js"], /expected a TypeScript file to write, got client\.js/],
  [["wrap", "math"], /expected the file to write the client to, got none/],
  [["wrap", "math", "-o", "nowhere.ts", "--check"], /nowhere\.contract\.json/],
])("refuses %j", async (words, message) => {
  const { code, stderr } = await adsam(...words);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
});
