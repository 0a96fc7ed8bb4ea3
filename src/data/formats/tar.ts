import { AdsamError } from "../../errors.ts";

const block = 512;

/**
 * The regular files of a tar archive (POSIX.1-1988 "ustar", with GNU's and pax's long names) by their paths within it.
 * @throws AdsamError `data` for what is no such archive, or is damaged.
 */
export function untar(bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at < bytes.length; ) {
    const header = bytes.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return files;
    const field = (start: number, length: number) =>
      stringOf(text, at + start, Math.min(at + start + length, text.length));
    const size = sizeOf(header, field(124, 12));
    if (header.length < block || size === undefined || !sumsUp(header, field(148, 8))) throw damaged(path, at);
    const content = bytes.subarray(at + block, at + block + size);
    if (content.length < size) throw damaged(path, bytes.length);
    const prefix = field(257, 5) === "ustar" ? field(345, 155) : "";
    const name = longName ?? (prefix === "" ? field(0, 100) : `${prefix}/${field(0, 100)}`);
    const kind = field(156, 1);
    longName = kind === "L" ? stringOf(Buffer.from(content), 0, size) : kind === "x" ? paxPath(content) : undefined;
    if (kind === "" || kind === "0") files.set(name, content);
    at += block + Math.ceil(size / block) * block;
  }
  if (files.size === 0) throw damaged(path, 0);
  return files;
}

/** Up to the first zero byte. */
function stringOf(text: Buffer, start: number, end: number): string {
  const zero = text.indexOf(0, start);
  return text.toString("utf8", start, zero >= 0 && zero < end ? zero : end);
}

/** In octal digits, or where the highest bit is set as a number of bytes. */
function sizeOf(header: Uint8Array, digits: string): number | undefined {
  if (((header[124] ?? 0) & 0x80) !== 0) {
    return header.subarray(125, 136).reduce((size, byte) => size * 256 + byte, (header[124] ?? 0) & 0x7f);
  }
  return /^ *[0-7]+ *$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** Of all bytes of the header, those of the sum itself as spaces. */
function sumsUp(header: Uint8Array, digits: string): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  return Number.parseInt(digits, 8) === sum;
}

/** Records of `length key=value`. */
function paxPath(content: Uint8Array): string | undefined {
  const lines = Buffer.from(content).toString("utf8").split("\n");
  const line = lines.find((one) => one.includes(" path="));
  return line?.slice(line.indexOf(" path=") + 6);
}

function damaged(path: string, place: number): AdsamError {
  return new AdsamError("data", `${path} is damaged at byte ${place} of what it unpacks to: expected a tar archive`, {
    suggestion: "it may be cut short: download or copy it again",
  });
}
