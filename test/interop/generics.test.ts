import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { adsam, modules, project, used } from "./wrapped/project.ts";

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
  expect(await used(folder, "use-generics.ts")).toEqual([{ code: 0, stdout: "all\n", stderr: "" }, "", ""]);
}, 120_000);
