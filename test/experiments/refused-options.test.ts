import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listRuns } from "../../src/experiments/list-runs.ts";
import { paperExperiment } from "../../src/experiments/paper/paper.ts";
import { resumeTraining } from "../../src/experiments/resume.ts";
import { sweep } from "../../src/experiments/sweep/sweep.ts";
import { train } from "../../src/experiments/train.ts";
import { temporaryFolder } from "../temporary.ts";

/** As JavaScript gives them, where no compiler looks. */
type Untyped = (...given: unknown[]) => AsyncIterator<unknown>;

test.each([
  [{ logger: [] }, "unknown field logger: did you mean loggers?"],
  [{ loggers: [{}] }, "loggers: 0: expected a logger, with log(event), got {}"],
  [{ loggers: "print" }, 'loggers: expected array, got "print"'],
])("of train and of a run that goes on %j is refused, before there is a folder", async (wrong, problem) => {
  const parent = await temporaryFolder();
  const folder = join(parent, "run");
  const begun = { model: { kind: "resnet20" }, data: { name: "digits" }, folder, ...wrong };
  const refused = { code: "usage", message: expect.stringContaining(problem) };
  await expect((train as Untyped)(begun).next()).rejects.toMatchObject(refused);
  await expect((resumeTraining as Untyped)(folder, wrong).next()).rejects.toMatchObject(refused);
  expect(await readdir(parent)).toEqual([]);
});

test("a filter of runs that there is not is refused", async () => {
  const filter = JSON.parse('{ "status": "done" }');
  await expect(listRuns(await temporaryFolder(), filter)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("listRuns: status: expected"),
  });
});

test.each(["sweep.csv", "paper.md", "retention-paper.svg"])(
  "%s of somebody else is not replaced by a sweep or an experiment, which then takes no run",
  async (name) => {
    const parent = await temporaryFolder();
    const [file, folder] = [join(parent, "sweep.json"), join(parent, "own")];
    const own = { fit: { epochs: 1 } };
    await writeFile(file, JSON.stringify({ train: own, grid: { "fit.ratio": [0] }, seeds: [1] }));
    await mkdir(folder);
    await writeFile(join(folder, name), "mine\n");
    const begun = name === "sweep.csv" ? sweep(file, { folder }) : paperExperiment({ folder, train: own });
    await expect(begun).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining(`${join(folder, name)} is there already`),
    });
    expect([await readdir(folder), await readFile(join(folder, name), "utf8")]).toEqual([[name], "mine\n"]);
  },
);
