import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it, vi } from "vitest";
import { withLock } from "../../src/installation/lock.ts";

const folder = mkdtempSync(join(tmpdir(), "adsam-lock-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("withLock", () => {
  const untold = (holder: string): never => {
    throw new Error(`waited for ${holder}`);
  };

  it("lets one in at a time", async () => {
    const lock = join(folder, "turns.lock");
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(
        lock,
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

  it("waits for a process that lives, and says for which", async () => {
    const lock = join(folder, "living.lock");
    const holder = spawn("sleep", ["30"]);
    writeFileSync(lock, `${holder.pid} theirs`);
    const told: string[] = [];
    const entered = withLock(
      lock,
      (pid) => told.push(pid),
      async () => holder.exitCode ?? holder.signalCode,
    );
    await vi.waitUntil(() => told.length > 0);
    expect(told).toEqual([String(holder.pid)]);
    holder.kill();
    expect(await entered).toBe("SIGTERM");
  });

  it("takes over from a process that is gone", async () => {
    const lock = join(folder, "dead.lock");
    const { pid } = await new Promise<ReturnType<typeof spawn>>((resolve) => {
      const child = spawn("true").on("exit", () => resolve(child));
    });
    writeFileSync(lock, `${pid} theirs`);
    expect(await withLock(lock, untold, async () => readFileSync(lock, "utf8"))).toMatch(`${process.pid} `);
    expect(existsSync(lock)).toBe(false);
  });

  it("takes over a lock whose holder's number lives on in another process", async () => {
    const lock = join(folder, "silent.lock");
    writeFileSync(lock, `${process.ppid} theirs`);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    expect(await withLock(lock, untold, async () => "entered")).toBe("entered");
  });

  it("is released when the work fails", async () => {
    const lock = join(folder, "failing.lock");
    await expect(withLock(lock, untold, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(existsSync(lock)).toBe(false);
  });
});
