import { inflateRawSync } from "node:zlib";
import { crc32 } from "../../crc32.ts";
import { AdsamError } from "../../errors.ts";

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endLength = 22;
const longestComment = 0xffff;

/**
 * The files of a zip archive by name: stored, or deflated (APPNOTE.TXT 6.3).
 * @throws AdsamError `data` for what is no such archive, is damaged, or is packed in another way.
 */
export function unzip(bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return filesOf(bytes, view, path);
  } catch (cause) {
    if (cause instanceof AdsamError) throw cause;
    throw damaged(path, cause);
  }
}

function filesOf(bytes: Uint8Array, view: DataView, path: string): Map<string, Uint8Array> {
  const end = endOf(view);
  if (end === undefined) throw damaged(path);
  const count = view.getUint16(end + 10, true);
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff)
    throw unread(path, "is of zip's format for more than 4 GiB or 65,535 files");
  for (let i = 0; i < count; i++) {
    if (view.getUint32(at, true) !== entrySignature) throw damaged(path);
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [checksum, packed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true));
    const [nameLength = 0, extraLength = 0, commentLength = 0] = [28, 30, 32].map((o) => view.getUint16(at + o, true));
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString("utf8");
    const local = view.getUint32(at + 42, true);
    if (packed === 0xffffffff || size === 0xffffffff) throw unread(path, `holds ${name} of more than 4 GiB`);
    if ((flags & 1) !== 0) throw unread(path, "is encrypted");
    if (view.getUint32(local, true) !== localSignature) throw damaged(path);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = unpacked(bytes.subarray(start, start + (packed ?? 0)), method, size ?? 0, path);
    if (content.length !== size || crc32(content) !== checksum) throw damaged(path, undefined, name);
    files.set(name, content);
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
}

function unpacked(content: Uint8Array, method: number, size: number, path: string): Uint8Array {
  if (method === 0) return content;
  if (method === 8) return inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
  throw unread(path, `is packed by zip's method ${method}`);
}

/** Where the end of the archive's table is told; a comment may follow. */
function endOf(view: DataView): number | undefined {
  const last = view.byteLength - endLength;
  for (let at = last; at >= Math.max(0, last - longestComment); at--) {
    if (view.getUint32(at, true) === endSignature) return at;
  }
  return undefined;
}

function damaged(path: string, cause?: unknown, name?: string): AdsamError {
  const where = name === undefined ? "" : ` in ${name}`;
  return new AdsamError("data", `${path} is damaged${where}: expected a zip archive`, {
    suggestion: "it may be cut short: copy or make it again",
    cause,
  });
}

function unread(path: string, what: string): AdsamError {
  return new AdsamError("data", `${path} ${what}, which is not read`, { suggestion: "save it with numpy.savez" });
}
