import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { report } from "../../src/report/report.ts";
import { temporaryFolder } from "../temporary.ts";
import { recorded } from "./recorded.ts";

test.each([
  ["a table that the pictures would replace", "loss.csv"],
  ["a table of the same name as the runs'", "runs.csv"],
  ["something else", "notes.txt"],
])("a folder of pictures that holds %s is refused, and left as it is", async (_, name) => {
  const folder = await temporaryFolder();
  const run = await recorded(join(folder, "run"));
  const [output, pictures] = [join(folder, "report.html"), join(folder, "own")];
  await mkdir(pictures);
  await writeFile(join(pictures, name), "mine\n");
  await expect(report([run], { output, pictures })).rejects.toMatchObject({
    code: "file",
    message: `${pictures} is not empty, and holds no pictures of a report`,
  });
  expect([await readdir(pictures), await readFile(join(pictures, name), "utf8")]).toEqual([[name], "mine\n"]);
  expect(await readdir(folder)).not.toContain("report.html");
});

test("a folder of pictures that is a file is refused", async () => {
  const folder = await temporaryFolder();
  const [output, pictures] = [join(folder, "report.html"), join(folder, "own")];
  await writeFile(pictures, "mine\n");
  await expect(report([await recorded(join(folder, "run"))], { output, pictures })).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining("not a folder"),
  });
});

test("pictures of an earlier report are replaced", async () => {
  const folder = await temporaryFolder();
  const [output, pictures] = [join(folder, "report.html"), join(folder, "pictures")];
  await report([await recorded(join(folder, "run"), { accuracy: 0.5 })], { output, pictures });
  await report([await recorded(join(folder, "run"), { accuracy: 0.75 })], { output, pictures });
  expect(await readFile(join(pictures, "runs.csv"), "utf8")).toContain("0.75");
});
