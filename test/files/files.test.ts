import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, open, readdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fileError, readBytes, writeFileAtomically } from "../../src/files.ts";
import { packageRoot } from "../../src/package.ts";
import { temporaryFolder } from "../temporary.ts";

const chunk = 8 * 2 ** 20;

test("parts of every length around the chunk's come back as one file", async () => {
  const path = join(await temporaryFolder(), "parts");
  const parts = [chunk - 3, 1, 0, 7, 2 * chunk + 1, chunk, 5].map((length, index) =>
    new Uint8Array(length).fill(index + 1),
  );
  await writeFileAtomically(path, ["hé", ...parts, "end"]);
  const expected = Buffer.concat([Buffer.from("hé"), ...parts, Buffer.from("end")]);
  expect(expected.equals(await readFile(path))).toBe(true);
  expect(expected.equals(await readBytes(path))).toBe(true);
});

// Of such a file the system says that it is a page long, whatever it holds.
const online = "/sys/devices/system/cpu/online";
test.skipIf(!existsSync(online))("a file that is shorter than it was said to be", async () => {
  await expect(readBytes(online)).rejects.toMatchObject({
    code: "file",
    message: expect.stringMatching(/ended at byte \d+, expected \d+ bytes$/),
  });
});

test("a file that changes while it is read", async () => {
  const path = join(await temporaryFolder(), "changing");
  await writeFile(path, "");
  await truncate(path, 16 * chunk);
  const read = readBytes(path).then(
    () => "read",
    (error: unknown) => error,
  );
  let ended = false;
  void read.then(() => {
    ended = true;
  });
  for (let second = 1; !ended; second++) await utimes(path, second, second);
  expect(await read).toMatchObject({ code: "file", message: `${path} changed while it was read` });
});

test.each(["a\0b", ""])("%j is the path of no file", async (path) => {
  for (const attempt of [readBytes(path), writeFileAtomically(path, ["x"])]) {
    await expect(attempt).rejects.toMatchObject({ name: "AdsamError", code: "file" });
  }
});

test("an empty file is written and read", async () => {
  const path = join(await temporaryFolder(), "empty");
  await writeFileAtomically(path, []);
  expect(await readBytes(path)).toEqual(new Uint8Array(0));
});

test("more parts than one system call takes", async () => {
  const path = join(await temporaryFolder(), "many");
  const parts = Array.from({ length: 5000 }, (_, index) => Uint8Array.of(index % 256));
  await writeFileAtomically(path, parts);
  expect(await readBytes(path)).toEqual(Uint8Array.from({ length: 5000 }, (_, index) => index % 256));
});

test("writing replaces an old file and leaves no other", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.json"), "old and longer");
  await writeFileAtomically(join(folder, "a.json"), ["new"]);
  expect(await readFile(join(folder, "a.json"), "utf8")).toBe("new");
  expect(await readdir(folder)).toEqual(["a.json"]);
});

test("a failed write leaves the target as it was, and nothing beside it", async () => {
  const folder = await temporaryFolder();
  const target = join(folder, "taken");
  await mkdir(target);
  await expect(writeFileAtomically(target, ["x"])).rejects.toMatchObject({
    code: "file",
    message: `cannot write ${target}: it is a folder`,
  });
  expect(await readdir(folder)).toEqual(["taken"]);
});

test("missing files and folders are told apart", async () => {
  const path = join(await temporaryFolder(), "no", "such");
  await expect(readBytes(path)).rejects.toMatchObject({
    name: "AdsamError",
    code: "file",
    message: `cannot read ${path}: there is no such file`,
    cause: { code: "ENOENT" },
  });
  await expect(writeFileAtomically(path, ["x"])).rejects.toMatchObject({
    code: "file",
    message: `cannot write ${path}: there is no folder ${join(path, "..")}`,
  });
});

test("a folder is no file, and a file no folder", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  await expect(readBytes(folder)).rejects.toMatchObject({
    code: "file",
    message: `cannot read ${folder}: it is a folder`,
  });
  const within = join(folder, "file", "x");
  await expect(writeFileAtomically(within, ["x"])).rejects.toMatchObject({
    message: `cannot write ${within}: a part of the path is not a folder`,
  });
});

test.skipIf(process.getuid?.() === 0)("permissions that lack", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "secret");
  await writeFile(path, "x");
  await chmod(path, 0);
  await expect(readBytes(path)).rejects.toMatchObject({
    code: "file",
    message: `cannot read ${path}: permission denied`,
  });
  await chmod(folder, 0o500);
  await expect(writeFileAtomically(path, ["x"])).rejects.toMatchObject({
    message: `cannot write ${path}: permission denied`,
  });
  await chmod(folder, 0o700);
  expect(await readdir(folder)).toEqual(["secret"]);
});

test.skipIf(!existsSync("/dev/full"))("a full device", async () => {
  await using full = await open("/dev/full", "w");
  const failure: unknown = await full.writev([Uint8Array.of(1)]).catch((error: unknown) => error);
  expect(fileError(failure, "write", "model.safetensors")).toMatchObject({
    code: "disk",
    message: "cannot write model.safetensors: no space is left on the device",
    suggestion: "free some space, or choose another folder",
  });
});

test("a file larger than the process may write", async () => {
  const folder = await temporaryFolder();
  const script = `
    import { writeFileAtomically } from "./src/files.ts";
    await writeFileAtomically(process.argv[1], [new Uint8Array(1_000_000)]).catch((error) => {
      process.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
    });`;
  const target = join(folder, "large");
  const node = `exec "$0" --import tsx --input-type module -e "$1" "$2"`;
  const { stdout } = await promisify(execFile)(
    "bash",
    ["-c", `ulimit -f 100; ${node}`, process.execPath, script, target],
    { cwd: packageRoot, env: { ...process.env, TSX_DISABLE_CACHE: "1" } },
  );
  expect(JSON.parse(stdout)).toEqual({
    code: "disk",
    message: `cannot write ${target}: the file would be larger than this process may write`,
  });
  expect(await readdir(folder)).toEqual([]);
});

test("errors of our own pass unchanged", () => {
  const error = new TypeError("a mistake in the code");
  expect(fileError(error, "write", "x")).toBe(error);
});
