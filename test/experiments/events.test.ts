import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EventLog, readEvents } from "../../src/experiments/events.ts";
import type { FitEvent } from "../../src/schema/events.ts";
import { temporaryFolder } from "../temporary.ts";
import { epoch, step } from "./records.ts";

async function logPath(): Promise<string> {
  return join(await temporaryFolder(), "events.jsonl");
}

async function append(path: string, ...events: FitEvent[]): Promise<void> {
  await using log = await EventLog.open(path);
  for (const event of events) await log.append(event);
}

async function all(path: string): Promise<FitEvent[]> {
  const events: FitEvent[] = [];
  for await (const event of readEvents(path)) events.push(event);
  return events;
}

describe("EventLog", () => {
  test("holds what was appended, NaN intact", async () => {
    const path = await logPath();
    await append(path, step, epoch);
    expect(await all(path)).toEqual([step, epoch]);
  });

  test("has an event in the file as soon as it is appended", async () => {
    const path = await logPath();
    await using log = await EventLog.open(path);
    await log.append(step);
    expect((await readFile(path, "utf8")).endsWith("}\n")).toBe(true);
  });

  test("goes on where it stopped, without a last line that was cut off", async () => {
    const path = await logPath();
    await append(path, step);
    await appendFile(path, '{"kind":"step","epo');
    await append(path, epoch);
    expect(await all(path)).toEqual([step, epoch]);
  });

  test("says which folder is missing", async () => {
    const path = join(await temporaryFolder(), "none", "events.jsonl");
    await expect(EventLog.open(path)).rejects.toMatchObject({ code: "file", message: expect.stringContaining(path) });
  });
});

describe("readEvents", () => {
  test("leaves out a last line that was cut off", async () => {
    const path = await logPath();
    await append(path, step);
    await appendFile(path, '{"kind":');
    expect(await all(path)).toEqual([step]);
  });

  test.each([
    ["no JSON", "nonsense\n", "events.jsonl:1: expected a JSON document"],
    ["no event", '{"kind":"stop"}\n', "events.jsonl:1: "],
    ["an event of another version", `${JSON.stringify({ ...step, loss: "much" })}\n`, "events.jsonl:1: loss"],
  ])("refuses a line that is %s, and says where", async (_, text, message) => {
    const path = await logPath();
    await writeFile(path, text);
    await expect(all(path)).rejects.toMatchObject({ code: "file", message: expect.stringContaining(message) });
  });

  test("says that there is no log", async () => {
    const path = await logPath();
    await expect(all(path)).rejects.toMatchObject({ code: "file", message: expect.stringContaining("no such file") });
  });
});
