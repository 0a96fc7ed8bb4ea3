import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { isAlive } from "./python.ts";

const told = z.object({ pid: z.number(), folders: z.array(z.string()).min(1) });

function node(script: string, ...args: string[]): ChildProcess {
  const path = fileURLToPath(new URL(`fixtures/${script}`, import.meta.url));
  return spawn(process.execPath, ["--import", "tsx", path, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true, // in a process group of its own
  });
}

/** However long it takes: what must not be is that it stays. */
async function gone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("expected a pipe");
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error("the process ended without a word");
}

describe("Python does not outlive Node", () => {
  test("that is killed during training", async () => {
    const child = node("train-forever.ts");
    const { pid, folders } = told.parse(JSON.parse(await firstLine(child)));
    expect(isAlive(pid)).toBe(true);
    child.kill("SIGKILL");
    await gone(pid);
    expect(folders.some(existsSync)).toBe(false);
  });

  test.skipIf(!existsSync("/proc/self/task"))("that is killed while Python is starting", async () => {
    const child = node("wait.ts");
    const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
    const pid = () => Number(read(`/proc/${child.pid}/task/${child.pid}/children`).split(" ")[0]);
    const folders = () => read(`/proc/${pid()}/cmdline`).split("\0").slice(2, -1);
    const crashLog = () => folders()[0]?.startsWith("/") && join(folders()[0] ?? "", "crash.log");
    await expect.poll(() => existsSync(crashLog() || "/nowhere"), { timeout: 20_000 }).toBe(true);
    const [python, made] = [pid(), folders()];
    child.kill("SIGKILL");
    await gone(python);
    expect(made.filter((folder) => existsSync(folder))).toEqual([]);
  });

  test.each(["SIGTERM", "SIGHUP"] as const)("when %s ends their process group", async (signal) => {
    const child = node("wait.ts");
    const ended = once(child, "exit");
    const { pid, folders } = told.parse(JSON.parse(await firstLine(child)));
    process.kill(-Number(child.pid), signal);
    expect((await ended)[1]).toBe(signal);
    await gone(pid);
    expect(folders.some(existsSync)).toBe(false);
  });

  test.each([
    ["exit", 7],
    ["throw", 1],
  ])("that ends by %s during training", async (how, expected) => {
    const child = node("train-forever.ts", how);
    const ended = once(child, "exit");
    const { pid, folders } = told.parse(JSON.parse(await firstLine(child)));
    expect((await ended)[0]).toBe(expected);
    await gone(pid);
    expect(folders.some(existsSync)).toBe(false);
  });
});

test("an idle backend does not keep Node alive", async () => {
  const child = node("idle.ts");
  const ended = once(child, "exit");
  expect(await firstLine(child)).toBe("6");
  expect((await ended)[0]).toBe(0);
});
