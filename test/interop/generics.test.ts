import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam, compiled, ended, modules, project, root } from "./wrapped/project.ts";

test("type variables are TypeScript's: what goes in says what comes out, and it compiles", async () => {
  const folder = await project(await temporaryFolder());
  const wrapped = await adsam("wrap", "generics", "--folder", modules, "-o", join(folder, "generics.client.ts"));
  expect(wrapped).toEqual({
    code: 0,
    stdout: "",
    stderr: [
      "unknown in 3 places:",
      "  generics.anything(): annotated as Any",
      "  generics.timed(args): annotated as P.args, what another function takes",
      "  generics.timed(kwargs): annotated as P.kwargs, what another function takes",
      "",
    ].join("\n"),
  });
  await cp(join(import.meta.dirname, "wrapped/use-generics.ts"), join(folder, "use.ts"));
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const [ran, ...said] = await Promise.all([
    ended(process.execPath, [tsx, "use.ts", modules], folder),
    compiled(folder, "typescript"),
    compiled(folder, "typescript-5-9"),
  ]);
  expect([ran, ...said]).toEqual([{ code: 0, stdout: "all\n", stderr: "" }, "", ""]);
}, 120_000);
