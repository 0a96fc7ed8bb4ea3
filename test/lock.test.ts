import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Lock, withLock } from "../src/lock.ts";
import { type Owner, thisProcess } from "../src/owner.ts";
import { temporaryFolder } from "./temporary.ts";

async function lockPath(): Promise<string> {
  return join(await temporaryFolder(), "it.lock");
}

/** A Node of its own that takes the lock and says so, or says who has it. */
async function taker(path: string): Promise<{ process: ChildProcess; said: string }> {
  const code = `
    import { Lock } from ${JSON.stringify(join(import.meta.dirname, "../src/lock.ts"))};
    const taken = await Lock.take(${JSON.stringify(path)});
    process.stdout.write(taken instanceof Lock ? "taken" : JSON.stringify(taken));
    process.stdin.resume();
    process.stdin.on("end", async () => {
      if (taken instanceof Lock) await taken[Symbol.asyncDispose]();
      process.exit();
    });`;
  const process = spawn("node", ["--import", "tsx", "--input-type", "module", "--eval", code], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    process.kill("SIGKILL");
  });
  const [said] = await once(process.stdout, "data");
  return { process, said: String(said) };
}

async function leftBy(changes: Partial<Owner>, path: string): Promise<void> {
  await writeFile(path, JSON.stringify({ ...(await thisProcess()), ...changes }));
}

async function longAgo(path: string): Promise<void> {
  const then = new Date(Date.now() - 60_000);
  await utimes(path, then, then);
}

async function expectTaken(path: string): Promise<void> {
  const taken = await Lock.take(path);
  if (!(taken instanceof Lock)) throw new Error(`held by ${JSON.stringify(taken)}`);
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  await taken[Symbol.asyncDispose]();
  expect(existsSync(path)).toBe(false);
}

describe("a lock", () => {
  test("has one holder, who is named, among processes that all want it at once", async () => {
    const path = await lockPath();
    const takers = await Promise.all([taker(path), taker(path), taker(path)]);
    const holders = takers.filter(({ said }) => said === "taken");
    expect(holders).toHaveLength(1);
    for (const { said } of takers) {
      if (said !== "taken") expect(JSON.parse(said)).toMatchObject({ pid: holders[0]?.process.pid });
    }
  });

  test("is given back, and by kill -9 too", async () => {
    const path = await lockPath();
    const first = await taker(path);
    first.process.stdin?.end();
    await once(first.process, "exit");
    expect(existsSync(path)).toBe(false);
    const second = await taker(path);
    expect(second.said).toBe("taken");
    second.process.kill("SIGKILL");
    await once(second.process, "exit");
    expect(existsSync(path)).toBe(true);
    await expectTaken(path);
  });

  test("that a process left which has ended and was not waited for is free", async () => {
    const path = await lockPath();
    const shell = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
    onTestFinished(() => {
      shell.kill();
    });
    const [pid] = await once(shell.stdout, "data");
    await expect
      .poll(() => execFileSync("ps", ["-o", "stat=", "-p", String(Number(pid))], { encoding: "utf8" }))
      .toMatch(/^Z/);
    await leftBy({ pid: Number(pid) }, path);
    await expectTaken(path);
  });

  test("is kept by the same process, and by one that lives", async () => {
    const path = await lockPath();
    const mine = await Lock.take(path);
    expect(await Lock.take(path)).toMatchObject({ pid: process.pid, since: expect.any(String) });
    if (mine instanceof Lock) await mine[Symbol.asyncDispose]();
    await expectTaken(path);
  });

  test("is not kept by a number that has come round again", async () => {
    const path = await lockPath();
    await leftBy({ began: "long ago" }, path);
    await expectTaken(path);
  });

  test("of another machine is kept while it is touched, and not for long after", async () => {
    const path = await lockPath();
    await leftBy({ machine: "elsewhere", host: "elsewhere" }, path);
    expect(await Lock.take(path)).toMatchObject({ host: "elsewhere" });
    await longAgo(path);
    await expectTaken(path);
  });

  test("that was never written whole is free in the end, and leaves nothing behind", async () => {
    const path = await lockPath();
    await writeFile(path, '{"pid":');
    await longAgo(path);
    await writeFile(`${path}.clearing`, "");
    await longAgo(`${path}.clearing`);
    await expectTaken(path);
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  test("is touched while it is held", async () => {
    const path = await lockPath();
    const taken = await Lock.take(path);
    await longAgo(path);
    const { mtimeMs: then } = await stat(path);
    await expect.poll(async () => (await stat(path)).mtimeMs, { timeout: 10_000 }).toBeGreaterThan(then + 30_000);
    if (taken instanceof Lock) await taken[Symbol.asyncDispose]();
  });

  test("in a folder that is not there is an error", async () => {
    const path = join(await temporaryFolder(), "none", "it.lock");
    await expect(Lock.take(path)).rejects.toMatchObject({ code: "file", message: expect.stringContaining(path) });
  });
});

describe("withLock", () => {
  test("lets one in at a time", async () => {
    const path = await lockPath();
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(
        path,
        () => {},
        async () => {
          most = Math.max(most, ++inside);
          await sleep(20);
          inside--;
        },
      );
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
  });

  test("waits for a process that lives, and says for which", async () => {
    const path = await lockPath();
    const holder = await taker(path);
    const told: Owner[] = [];
    const entered = withLock(
      path,
      (owner) => told.push(owner),
      async () => holder.process.exitCode,
    );
    await vi.waitUntil(() => told.length > 0);
    expect(told).toMatchObject([{ pid: holder.process.pid }]);
    holder.process.stdin?.end();
    expect(await entered).toBe(0);
  });

  test("gives it back when the work fails", async () => {
    const path = await lockPath();
    const failing = withLock(
      path,
      () => {},
      () => Promise.reject(new Error("broken")),
    );
    await expect(failing).rejects.toThrow("broken");
    expect(existsSync(path)).toBe(false);
  });
});
