import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { followRun } from "../../src/experiments/follow-run.ts";
import { createRunFolder } from "../../src/experiments/new-folder.ts";
import { runFiles, writeRecord } from "../../src/experiments/run-folder.ts";
import { jsonText } from "../../src/json.ts";
import { temporaryFolder } from "../temporary.ts";
import { record, result, step } from "./records.ts";

const line = (number: number, loss = 1) => `${jsonText({ ...step, step: number, loss })}\n`;

test("tells what stands there, what comes, whole lines alone, all anew where a log was cut back, and the end", async () => {
  const folder = join(await temporaryFolder(), "run");
  const files = runFiles(folder);
  const lock = await createRunFolder(folder, record);
  const told = followRun(folder);
  const next = async () => {
    const { value } = await told.next();
    return value?.kind === "step" ? value.step : value;
  };
  const first = next(); // there is no log yet
  await writeFile(files.events, line(1) + line(2));
  expect([await first, await next()]).toEqual([1, 2]);
  const third = next();
  await appendFile(files.events, line(3).slice(0, 20));
  expect(await Promise.race([third, new Promise((resolve) => setTimeout(resolve, 1200, "nothing"))])).toBe("nothing");
  await appendFile(files.events, line(3).slice(20));
  expect(await third).toBe(3);
  await writeFile(files.events, line(1) + line(2, 5) + line(3, 5) + line(4, 5));
  expect([await next(), await next(), await next(), await next()]).toEqual([1, 2, 3, 4]);
  await writeRecord(files.result, result);
  await lock[Symbol.asyncDispose]();
  expect(await next()).toEqual({ kind: "end", status: "finished", failure: null });
  expect((await told.next()).done).toBe(true);
  expect(await readFile(files.events, "utf8")).toContain('"step":4');
}, 20_000);

test("a run that nobody takes any more is interrupted; a folder that is none is refused; a signal ends it", async () => {
  const parent = await temporaryFolder();
  const folder = join(parent, "run");
  const lock = await createRunFolder(folder, record);
  const stop = new AbortController();
  const waiting = followRun(folder, { signal: stop.signal }).next();
  setTimeout(() => stop.abort(), 100);
  expect(await waiting).toEqual({ done: true, value: undefined });
  await lock[Symbol.asyncDispose]();
  expect((await followRun(folder).next()).value).toEqual({ kind: "end", status: "interrupted", failure: null });
  await expect(followRun(parent).next()).rejects.toMatchObject({ code: "file", message: /has no run\.json/ });
  await writeFile(runFiles(folder).events, "{}\n");
  await expect(followRun(folder).next()).rejects.toMatchObject({ code: "file", message: /events\.jsonl:1/ });
});
