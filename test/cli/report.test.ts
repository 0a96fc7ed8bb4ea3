import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recorded } from "../report/recorded.ts";
import { temporaryFolder } from "../temporary.ts";
import { adsam, jsonLines } from "./adsam.ts";

test("a report is written from the command line, and its paths are told", async () => {
  const cwd = await temporaryFolder();
  await recorded(join(cwd, "runs/one"));
  const written = await adsam(["report", "runs/one", "--pictures", "pictures"], { cwd });
  expect(written).toMatchObject({
    exitCode: 0,
    stdout: "runs/one: nothing is predicted: it has no model\npage: report.html\n17 files: pictures\n",
    stderr: "",
  });
  expect(await readFile(join(cwd, "report.html"), "utf8")).toContain("<h1>Report of runs/one</h1>");
  const asJson = await adsam(["report", "runs/one", "--recorded-only", "-o", "other.html", "--json"], { cwd });
  expect(jsonLines(asJson.stdout)).toEqual([
    { output: join(cwd, "other.html"), pictures: [], unpredicted: { "runs/one": expect.any(String) } },
  ]);
  const refused = await adsam(["report", "runs/one", "--shift", "fog_and_rain"], { cwd });
  expect(refused).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringContaining("gaussian_noise") });
  expect(await adsam(["report", "runs"], { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("is not the folder of a run"),
  });
});
