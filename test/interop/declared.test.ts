import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam, modules, project, used } from "./wrapped/project.ts";

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
  expect(await used(folder, "use-declared.ts")).toEqual([{ code: 0, stdout: "all\n", stderr: "" }, "", ""]);
}, 120_000);
