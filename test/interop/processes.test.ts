import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open, type PythonObject } from "../../src/index.ts";

const folder = "test/fixtures/python";
const backend = await open({ backend: "torch", device: "cpu" });
let processes: PythonObject;
beforeAll(async () => {
  processes = await backend.import("processes", { folder });
});
afterAll(() => backend.close());

test("a fork that goes on behind the code that made it ends there, as a program would", async () => {
  const forked = await backend.import("forked", { folder });
  expect(await forked.method("ended")).toBe(0);
  expect(await processes.method("fails")).toBe(1);
  expect(await processes.method("leaves")).toBe(7);
});

test("a fork says nothing in its parent's name", async () => {
  const heard: unknown[] = [];
  const watched = processes.with({ onOutput: (line) => heard.push(line) });
  expect(await watched.method("prints")).toBe(0);
  expect(await watched.method("ends", () => heard.push("called"))).toBe(1);
  expect(heard).toEqual([]);
});

test("processes that are spawned run the user's code alone", { timeout: 60_000 }, async () => {
  expect(await processes.method("load", "spawn")).toEqual([
    [0, 1],
    [4, 9],
  ]);
  expect(await processes.method("pooled", "forkserver")).toEqual([1, 4, 9]);
  await expect(processes.method("pooled", "spawn", (x: number) => x)).rejects.toMatchObject({
    code: "usage",
    message: "a function of TypeScript's can be called in the process of its session alone",
  });
});

test("code that is profiled runs, also after a call that was given up", async () => {
  expect(await processes.method("profiled", 100)).toBe(100);
  const giveUp = new AbortController();
  const waiting = processes.with({ signal: giveUp.signal }).method("wait");
  await delay(100); // it has begun
  giveUp.abort();
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  expect(await processes.method("profiled", 100)).toBe(100);
});

test("endless recursion ends, whatever limit is asked for", async () => {
  const sys = await backend.import("sys", { folder });
  await sys.method("setrecursionlimit", 1e8);
  expect(await sys.method("getrecursionlimit")).toBe(1e6);
});

test.each(["break_len", "close_everything"])("a bridge that cannot go on is a crash: %s", async (how) => {
  await using own = await open({ backend: "torch", device: "cpu" });
  const module = await own.import("processes", { folder });
  await expect(module.method(how)).rejects.toMatchObject({
    code: "crashed",
    message: expect.stringMatching(
      /^Python ended unexpectedly \(exit code 70\):\n.*(not callable|Bad file descriptor)/s,
    ),
  });
});
