import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EventLog, readEvents } from "../src/event-log.ts";
import type { FitEvent } from "../src/schema/events.ts";
import { epoch, step } from "./experiments/records.ts";
import { temporaryFolder } from "./temporary.ts";

async function logPath(): Promise<string> {
  return join(await temporaryFolder(), "events.jsonl");
}

/** What is in the file when these have been appended to it after a state. */
async function append(
  path: string,
  events: readonly FitEvent[],
  reached = { steps: 0, epochs: 0 },
): Promise<FitEvent[]> {
  const log = await EventLog.open(path, reached);
  for (const event of events) log.append(event);
  log.close();
  return all(path);
}

async function all(path: string): Promise<FitEvent[]> {
  const events: FitEvent[] = [];
  for await (const event of readEvents(path)) events.push(event);
  return events;
}

/** Two epochs of two steps. */
const told: readonly FitEvent[] = [1, 2].flatMap((number) => [
  { ...step, epoch: number - 1, batch: 1, step: 2 * number - 1 },
  { ...step, epoch: number - 1, batch: 2, step: 2 * number },
  { ...epoch, epoch: number - 1, step: 2 * number },
]);

describe("EventLog", () => {
  test("holds what was appended, NaN intact, as soon as it is", async () => {
    const path = await logPath();
    const log = await EventLog.open(path, { steps: 0, epochs: 0 });
    log.append(step);
    expect((await readFile(path, "utf8")).endsWith("}\n")).toBe(true);
    log.append(epoch);
    log.close();
    expect(await all(path)).toEqual([step, epoch]);
  });

  test.each([
    [4, 2, 6],
    [4, 1, 5],
    [3, 1, 4],
    [2, 1, 3],
    [2, 0, 2],
    [1, 0, 1],
    [0, 0, 0],
  ])("is cut back to a state after %d steps and %d epochs", async (steps, epochs, kept) => {
    const path = await logPath();
    expect(await append(path, told)).toEqual(told);
    expect(await append(path, [], { steps, epochs })).toEqual(told.slice(0, kept));
  });

  test("goes on without a last line that was cut off", async () => {
    const path = await logPath();
    await append(path, [step]);
    await appendFile(path, '{"kind":"step","epo');
    expect(await append(path, [epoch], { steps: 1, epochs: 0 })).toEqual([step, epoch]);
  });

  test("names a line that is no event, and leaves the file as it was", async () => {
    const path = await logPath();
    const text = `${JSON.stringify(step)}\nnonsense\n${JSON.stringify(step)}\n`;
    await writeFile(path, text);
    await expect(EventLog.open(path, { steps: 4, epochs: 0 })).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining("events.jsonl:2: expected a JSON document"),
    });
    expect(await readFile(path, "utf8")).toBe(text);
  });

  test("looks at nothing behind what a state counts", async () => {
    const path = await logPath();
    await append(path, told);
    await appendFile(path, "\0\0\0\n");
    expect(await append(path, [], { steps: 4, epochs: 2 })).toEqual(told);
  });

  test.each([
    [3, "got those up to step 2 and of 1"],
    [5, "got those up to step 4 and of 1"],
    [0, "got those up to step 0 and of 0"],
  ])("with %d of the 6 events that a state counts is refused, and stays as it was", async (kept, message) => {
    const path = await logPath();
    await append(path, told.slice(0, kept));
    const text = await readFile(path, "utf8");
    await expect(EventLog.open(path, { steps: 4, epochs: 2 })).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining(message),
    });
    expect(await readFile(path, "utf8")).toBe(text);
  });

  test("says which folder is missing", async () => {
    const path = join(await temporaryFolder(), "none", "events.jsonl");
    await expect(EventLog.open(path, { steps: 0, epochs: 0 })).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining(path),
    });
  });
});

describe("readEvents", () => {
  test("leaves out a last line that was cut off", async () => {
    const path = await logPath();
    await append(path, [step]);
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
