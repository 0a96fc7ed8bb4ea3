import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { protocolVersion } from "../../src/schema/endpoints.ts";
import { findPython } from "../../src/torch/environment.ts";
import { Session } from "../../src/torch/session.ts";
import { isAlive, startSession } from "./python.ts";

async function session(): Promise<Session> {
  const started = await startSession();
  onTestFinished(() => started.close());
  return started;
}

describe("a session", () => {
  test("greets with the versions of both sides", async () => {
    const { hello } = await session();
    expect(hello).toMatchObject({ protocol: protocolVersion, device: "cpu" });
    expect(hello.torch).toMatch(/^\d+\.\d+/);
  });

  test("leaves the environment and pythonia's traffic alone", async () => {
    process.env.DEBUG = "kept";
    onTestFinished(() => {
      delete process.env.DEBUG;
    });
    const before = { ...process.env };
    await session();
    expect({ ...process.env }).toEqual(before);
  });

  test("keeps more calls than pythonia would bear in line", async () => {
    const open = await session();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => open.call("ping", {})));
    expect(answers).toHaveLength(1000);
  });

  test("stands beside another one", async () => {
    const [one, other] = await Promise.all([session(), session()]);
    expect(one.hello.pid).not.toBe(other.hello.pid);
    await one.close();
    await expect(other.call("ping", {})).resolves.toEqual({});
  });

  test("leaves it to Node what a signal to both means", async () => {
    const open = await session();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const) {
      process.kill(open.hello.pid, signal);
      await expect(open.call("ping", {})).resolves.toEqual({});
    }
  });

  test("closes twice, takes its folders along, and then says that it is closed", async () => {
    const open = await session();
    const { pid } = open.hello;
    await Promise.all([open.close(), open.close()]);
    expect(isAlive(pid)).toBe(false);
    expect(open.folders.paths.some(existsSync)).toBe(false);
    await expect(open.call("ping", {})).rejects.toMatchObject({ code: "closed" });
  });

  test("closes at the end of an `await using` block", async () => {
    let pid: number;
    {
      await using open = await startSession();
      pid = open.hello.pid;
    }
    expect(isAlive(pid)).toBe(false);
  });

  test("refuses a device that is not there, and leaves nothing behind", async () => {
    const python = (await findPython({})).path;
    await expect(Session.start({ python, device: "cuda:7" })).rejects.toMatchObject({
      code: "environment",
      message: expect.stringContaining("cuda:7"),
    });
  });

  test.each([
    ["shutil.py", /^this Python cannot load the bridge: .*not the one you meant/s],
    ["queue.py", /^cannot import adversarial_sampling: builtins.RuntimeError: not the one you meant$/],
  ])("says what is wrong where a module of the user's stands before Python's own %s", async (name, message) => {
    const folder = mkdtempSync(join(tmpdir(), "adsam-session-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, name), 'raise RuntimeError("not the one you meant")');
    vi.stubEnv("PYTHONPATH", folder);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const failure = { code: "environment", message: expect.stringMatching(message) };
    await expect(startSession()).rejects.toMatchObject(failure);
  });

  test("refuses a program that is not there", async () => {
    await expect(Session.start({ python: "/nowhere/python3", device: "cpu" })).rejects.toMatchObject({
      code: "environment",
      message: expect.stringContaining("/nowhere/python3"),
    });
  });
});
