import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { type DownloadProgress, fetchData, fetchFiles } from "../../../src/data/fetch/index.ts";
import { temporaryFolder } from "../../temporary.ts";

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251));
const md5 = createHash("md5").update(content).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse, times: number) => void;

/** A server, and the ranges that it was asked for. */
async function serve(answer: Answer) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.range);
    answer(request, response, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { address: `http://127.0.0.1:${address.port}/sets`, asked };
}

/** As servers do that know ranges. */
const whole: Answer = ({ headers: { range } }, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  if (start >= content.length) return void response.writeHead(416).end();
  const part = content.subarray(start);
  const known = { "content-length": part.length };
  if (range === undefined) return void response.writeHead(200, known).end(part);
  response
    .writeHead(206, { ...known, "content-range": `bytes ${start}-${content.length - 1}/${content.length}` })
    .end(part);
};

/** Breaks the connection after so many bytes of what it sends. */
/** Breaks off once what it has sent stands in the folder: what is still on its way when a connection breaks is lost. */
const breaking =
  (after: number, folder: string): Answer =>
  ({ headers: { range } }, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const headers = { "content-length": content.length - start };
    if (range === undefined) response.writeHead(200, headers);
    else
      response.writeHead(206, {
        ...headers,
        "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
      });
    response.write(content.subarray(start, start + after));
    const arrived = async () => (await stat(join(folder, "set.bin.part"))).size >= start + after;
    vi.waitFor(async () => expect(await arrived()).toBe(true), { timeout: 10_000 }).finally(() => response.destroy());
  };

const files = [{ name: "set.bin", md5 }];

async function fetched(answer: Answer, { folder = "", sum = md5, signal = new AbortController().signal } = {}) {
  const { address, asked } = await serve(answer);
  const place = folder === "" ? await temporaryFolder() : folder;
  const seen: DownloadProgress[] = [];
  const options = { signal, onProgress: (progress: DownloadProgress) => seen.push(progress) };
  const run = fetchFiles({ address, files: [{ name: "set.bin", md5: sum }] }, place, options);
  return { run, address, asked, folder: place, seen };
}

test("a file gets its name once it is whole", async () => {
  const { run, folder, asked, seen } = await fetched(whole);
  expect(await run).toEqual([{ path: join(folder, "set.bin"), wasThere: false }]);
  expect(await readFile(join(folder, "set.bin"))).toEqual(content);
  expect(await readdir(folder)).toEqual(["set.bin"]);
  expect(asked).toEqual([undefined]);
  expect(seen.at(-1)).toEqual({ file: "set.bin", received: content.length, total: content.length, resumed: 0 });
});

test("one that is there is not asked for", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "set.bin"), content);
  const { run, asked } = await fetched(whole, { folder });
  expect(await run).toEqual([{ path: join(folder, "set.bin"), wasThere: true }]);
  expect(asked).toEqual([]);
});

test("one of another content is left alone", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "set.bin"), "mine");
  const { run } = await fetched(whole, { folder });
  await expect(run).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining("is there, and is not the published file"),
  });
  expect(await readFile(join(folder, "set.bin"), "utf8")).toBe("mine");
});

test("a connection that breaks is taken up where it broke", async () => {
  const folder = await temporaryFolder();
  const { run, asked } = await fetched(
    (request, response, times) => (times < 3 ? breaking(70_000, folder) : whole)(request, response, times),
    { folder },
  );
  await run;
  expect(await readFile(join(folder, "set.bin"))).toEqual(content);
  expect(asked).toEqual([undefined, "bytes=70000-", "bytes=140000-"]);
});

test("one that keeps breaking is given up, and the next call goes on", async () => {
  const folder = await temporaryFolder();
  const first = await fetched(breaking(20_000, folder), { folder });
  await expect(first.run).rejects.toMatchObject({
    code: "environment",
    suggestion: expect.stringContaining("run it again"),
  });
  expect(first.asked).toHaveLength(4);
  expect(await readdir(first.folder)).toEqual(["set.bin.part"]);
  const part = await readFile(join(first.folder, "set.bin.part"));
  expect(part.equals(content.subarray(0, part.length))).toBe(true);
  const second = await fetched(whole, { folder: first.folder });
  await second.run;
  expect(second.asked).toEqual([`bytes=${part.length}-`]);
  expect(second.seen[0]).toMatchObject({ received: part.length, resumed: part.length, total: content.length });
  expect(await readFile(join(first.folder, "set.bin"))).toEqual(content);
});

test("a server that knows no ranges sends the whole again", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "set.bin.part"), content.subarray(0, 1000));
  const { run, seen } = await fetched(
    (_, response) => response.writeHead(200, { "content-length": content.length }).end(content),
    { folder },
  );
  await run;
  expect(seen[0]).toMatchObject({ received: 0, resumed: 0 });
  expect(await readFile(join(folder, "set.bin"))).toEqual(content);
});

test("a beginning of something else is thrown away, and a whole part needs no server", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "set.bin.part"), "something else");
  const { run, asked } = await fetched(whole, { folder });
  await run;
  expect(asked).toEqual(["bytes=14-", undefined]);
  const other = await temporaryFolder();
  await writeFile(join(other, "set.bin.part"), content);
  const none = await fetched(whole, { folder: other });
  await none.run;
  expect([none.asked, await readdir(other)]).toEqual([[], ["set.bin"]]);
});

test("a part that is longer than the file is thrown away", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "set.bin.part"), Buffer.concat([content, content]));
  const { run } = await fetched(whole, { folder });
  await run;
  expect(await readFile(join(folder, "set.bin"))).toEqual(content);
});

test("another checksum", async () => {
  const { run, folder, address } = await fetched(whole, { sum: "0".repeat(32) });
  await expect(run).rejects.toMatchObject({
    code: "data",
    message: `${address}/set.bin: expected a file whose MD5 is ${"0".repeat(32)}, got 300000 bytes of ${md5}`,
  });
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  [404, "file"],
  [403, "file"],
  [503, "environment"],
])("a server that answers %d", async (status, code) => {
  const { run, folder } = await fetched((_, response) => response.writeHead(status).end("an explanation"));
  await expect(run).rejects.toMatchObject({ code, message: expect.stringContaining(`expected a file, got ${status}`) });
  expect(await readdir(folder)).toEqual([]);
});

test("without a length all goes by the checksum", async () => {
  const { run, seen } = await fetched((_, response) => void response.writeHead(200).end(content));
  await run;
  expect(seen[0]).toMatchObject({ total: null });
});

test("a server that is not there", async () => {
  const folder = await temporaryFolder();
  await expect(fetchFiles({ address: "http://127.0.0.1:1", files }, folder, {})).rejects.toMatchObject({
    code: "environment",
    message: expect.stringMatching(/^cannot reach http:\/\/127\.0\.0\.1:1\/set\.bin: /),
  });
});

test("a signal ends it, and what has come stays", async () => {
  const stop = new AbortController();
  const { address } = await serve((_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 50_000));
  });
  const folder = await temporaryFolder();
  const onProgress = ({ received }: DownloadProgress) => received > 0 && stop.abort();
  await expect(fetchFiles({ address, files }, folder, { signal: stop.signal, onProgress })).rejects.toMatchObject({
    code: "cancelled",
  });
  expect(await readdir(folder)).toEqual(["set.bin.part"]);
});

test("names and mirrors that are none", async () => {
  await expect(fetchData("digits")).rejects.toMatchObject({ code: "usage" });
  await expect(fetchData("cifar", { folder: await temporaryFolder() })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("CIFAR-10"),
  });
  await expect(fetchData("mnist", { folder: await temporaryFolder(), mirror: "ftp://x" })).rejects.toMatchObject({
    code: "usage",
    message: "mirror: expected an address that begins with http:// or https://, got ftp://x",
  });
});
