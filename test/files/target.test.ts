import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, link, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkWritable, readBytes, writeFileAtomically } from "../../src/files.ts";
import { temporaryFolder } from "../temporary.ts";

const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;

describe("a link", () => {
  test.each([
    ["to a file", "there/model"],
    ["to a link to a file", "second"],
  ])("%s stays, and its file is replaced with its rights kept", async (_, to) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "there"));
    await writeFile(join(folder, "there/model"), "old", { mode: 0o600 });
    await symlink("there/model", join(folder, "second"));
    await symlink(to, join(folder, "first"));
    await writeFileAtomically(join(folder, "first"), ["new"]);
    expect(await readlink(join(folder, "first"))).toBe(to);
    expect(await readFile(join(folder, "there/model"), "utf8")).toBe("new");
    expect(await modeOf(join(folder, "there/model"))).toBe(0o600);
    expect(await readdir(join(folder, "there"))).toEqual(["model"]);
    expect((await readdir(folder)).sort()).toEqual(["first", "second", "there"]);
  });

  test("to nothing makes the file that it names, seen from the link's true folder", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "a/b"), { recursive: true });
    await symlink("a/b", join(folder, "short"));
    await symlink("../new", join(folder, "a/b/link"));
    await writeFileAtomically(join(folder, "short/link"), ["x"]);
    expect(await readFile(join(folder, "a/new"), "utf8")).toBe("x");
    expect(await readlink(join(folder, "a/b/link"))).toBe("../new");
  });

  test("into a folder that is not there, and one that leads to itself", async () => {
    const folder = await temporaryFolder();
    await symlink("no/model", join(folder, "nowhere"));
    await symlink("circle", join(folder, "circle"));
    await expect(writeFileAtomically(join(folder, "nowhere"), ["x"])).rejects.toMatchObject({
      code: "file",
      message: expect.stringMatching(/no\/model: there is no folder .*no$/),
    });
    await expect(writeFileAtomically(join(folder, "circle"), ["x"])).rejects.toMatchObject({
      code: "file",
      message: `cannot write ${join(folder, "circle")}: its symbolic links lead in a circle`,
    });
  });
});

test.each([0o600, 0o640, 0o444, 0o755])("a file of mode %o keeps it", async (mode) => {
  const path = join(await temporaryFolder(), "model");
  await writeFile(path, "old");
  await chmod(path, mode);
  const writable = process.getuid?.() === 0 || (mode & 0o200) !== 0;
  const written = writeFileAtomically(path, ["new"]);
  await (writable ? written : expect(written).rejects.toMatchObject({ message: /permission denied/ }));
  expect(await modeOf(path)).toBe(mode);
  expect(await readFile(path, "utf8")).toBe(writable ? "new" : "old");
});

test.skipIf(process.getuid?.() !== 0)("a file of another owner stays theirs", async () => {
  const path = join(await temporaryFolder(), "model");
  await writeFile(path, "old");
  execFileSync("chown", ["1234:5678", path]);
  await chmod(path, 0o4750);
  await writeFileAtomically(path, ["new"]);
  expect(await stat(path)).toMatchObject({ uid: 1234, gid: 5678 });
  expect(await modeOf(path)).toBe(0o4750);
});

test("another name of the same file keeps the old content", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "one"), "old");
  await link(join(folder, "one"), join(folder, "other"));
  await writeFileAtomically(join(folder, "one"), ["new"]);
  expect(await readFile(join(folder, "other"), "utf8")).toBe("old");
});

test("one file for two things is refused before either is written", async () => {
  const folder = await temporaryFolder();
  await symlink("model", join(folder, "link"));
  for (const other of ["model", "link", "./model"]) {
    await expect(checkWritable(join(folder, "model"), `${folder}/${other}`)).rejects.toMatchObject({
      code: "usage",
      message: `expected a file of its own for each, got ${folder}/${other} twice`,
    });
  }
  await checkWritable(join(folder, "model"), join(folder, "other"));
});

describe("names", () => {
  test.each([
    ["255 letters", "a".repeat(255)],
    ["255 bytes of other letters", `${"é".repeat(126)}abc`],
  ])("%s are written", async (_, name) => {
    const folder = await temporaryFolder();
    await writeFileAtomically(join(folder, name), ["x"]);
    expect(await readdir(folder)).toEqual([name]);
  });

  test("a name longer than names may be is refused before anything is written", async () => {
    const folder = await temporaryFolder();
    await expect(writeFileAtomically(join(folder, "é".repeat(128)), ["x"])).rejects.toMatchObject({
      code: "file",
      message: expect.stringMatching(/: the name is too long$/),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

test("a pipe is neither read nor replaced, and nobody waits for its other end", async () => {
  const path = join(await temporaryFolder(), "pipe");
  execFileSync("mkfifo", [path]);
  for (const [doing, attempt] of [
    ["write", writeFileAtomically(path, ["x"])],
    ["write", checkWritable(path)],
    ["read", readBytes(path)],
  ] as const) {
    await expect(attempt).rejects.toMatchObject({ code: "file", message: `cannot ${doing} ${path}: it is a pipe` });
  }
  expect((await stat(path)).isFIFO()).toBe(true);
});

test.skipIf(!existsSync("/dev/zero"))("a device is neither read nor replaced", async () => {
  for (const path of ["/dev/null", "/dev/zero"]) {
    const message = expect.stringMatching(/it is a device$/);
    await expect(writeFileAtomically(path, ["x"])).rejects.toMatchObject({ code: "file", message });
    await expect(readBytes(path)).rejects.toMatchObject({ code: "file", message });
    expect((await stat(path)).isCharacterDevice()).toBe(true);
  }
});
