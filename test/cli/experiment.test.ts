import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";
import { digitsFile } from "../tfjs/digits.ts";
import { adsam } from "./adsam.ts";

test("the paper's experiment from the command line: the table, or one JSON document", async () => {
  const folder = await temporaryFolder();
  const data = await digitsFile(folder, 16, 8);
  const words = ["experiment", "paper", "--data", data, "--backend", "tfjs", "--epochs", "1", "--model", "resnet20"];
  const asked = ["--seed", "3", "--fidelity", "reference", "--members", "2", "--samples", "2", "--folder", "mine"];
  const shown = await adsam([...words, ...asked], { cwd: folder });
  expect(shown.stderr).toMatch(/^adversarial-sampling-reference-seed3: begins$/m);
  expect(shown).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\| deep ensemble \| reference \| 1 \|/m),
  });
  const told = await adsam([...words, ...asked, "--json"], { cwd: folder });
  expect(told).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(told.stdout)).toMatchObject({
    folder: join(folder, "mine"),
    data: { name: data, testImages: 8 },
    members: 2,
    rows: Array.from({ length: 4 }, () => ({ seeds: [3], missing: [] })),
  });
}, 60_000);

test.each([
  [["--seed", "1.5"], /seed/],
  [["--fidelity", "papre"], /fidelity/],
  [["--members", "1"], /members/],
  [["--preset", "paper/cifar10-resnet20"], /CIFAR-10/],
])("%j is refused", async (words, message) => {
  const cwd = await temporaryFolder();
  expect(await adsam(["experiment", "paper", ...words], { cwd })).toMatchObject({
    exitCode: 2,
    stdout: "",
    stderr: expect.stringMatching(message),
  });
});
