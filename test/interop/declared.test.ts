import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam, compiled, ended, modules, project, root } from "./wrapped/project.ts";

test("what annotations and docstrings say is called as it is said, and compiles", async () => {
  const folder = await project(await temporaryFolder());
  const wrapped = await adsam("wrap", "declared", "--folder", modules, "-o", join(folder, "declared.client.ts"));
  expect(wrapped).toMatchObject({ code: 0, stdout: "" });
  expect(wrapped.stderr).toContain(
    [
      "not in the client: 2",
      "  declared.Trainer.__len__: an operator: ask a handle, which keep: true gives",
      "  declared.Trainer.last (written): a property is read here: set what it writes",
      "",
    ].join("\n"),
  );
  const packed = ["packed", "packed.core", "packed.other"];
  const again = await adsam("wrap", ...packed, "--folder", modules, "-o", join(folder, "packed.client.ts"));
  expect(again).toEqual({ code: 0, stdout: "", stderr: "" });
  await cp(join(import.meta.dirname, "wrapped/use-declared.ts"), join(folder, "use.ts"));
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const [ran, ...said] = await Promise.all([
    ended(process.execPath, [tsx, "use.ts", modules], folder),
    compiled(folder, "typescript"),
    compiled(folder, "typescript-5-9"),
  ]);
  expect([ran, ...said]).toEqual([{ code: 0, stdout: "all\n", stderr: "" }, "", ""]);
}, 120_000);
