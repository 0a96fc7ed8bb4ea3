import { AdsamError } from "../errors.ts";
import { readBytes } from "../files.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { separatePlanes } from "./planes.ts";

/** Endings of the files that `readNetpbm` reads. */
export const netpbmExtensions = [".pgm", ".ppm"] as const;

/** Whether a file is one of them, by its ending. */
export function isNetpbm(path: string): boolean {
  return netpbmExtensions.some((extension) => path.toLowerCase().endsWith(extension));
}

/** A picture: pixels [3, H, W] from 0 to `highest`; grey is given three equal channels. */
export interface Picture {
  readonly pixels: Tensor<"uint8">;
  readonly highest: number;
}

/**
 * Reads a binary PGM (P5, grey) or PPM (P6, colour) file of one byte a value (https://netpbm.sourceforge.net/doc).
 * @throws AdsamError `file` when it cannot be read, `data` when it is damaged or of another kind.
 */
export async function readNetpbm(path: string): Promise<Picture> {
  const bytes = await readBytes(path);
  const header = readHeader(bytes);
  if (header === undefined) {
    throw new AdsamError("data", `${path}: expected a binary PGM (P5) or PPM (P6) picture${foreign(bytes)}`, {
      suggestion: "convert it, for example with ImageMagick: convert picture.png picture.pgm",
    });
  }
  const { channels, width, height, highest, length } = header;
  if (width === 0 || height === 0 || highest === 0 || highest > 255) {
    throw new AdsamError(
      "data",
      `${path}: expected a size above 0 and values up to 255, got ${width}x${height} up to ${highest}`,
    );
  }
  const body = bytes.subarray(length);
  if (body.length !== width * height * channels) {
    throw new AdsamError("data", `${path}: expected ${width * height * channels} bytes of pixels, got ${body.length}`);
  }
  const brighter = body.findIndex((value) => value > highest);
  if (brighter >= 0) {
    throw new AdsamError("data", `${path}: expected values up to ${highest}, got ${body[brighter]}`);
  }
  return { pixels: tensor(separatePlanes(body, channels), [3, height, width]), highest };
}

interface Header {
  readonly channels: 1 | 3;
  readonly width: number;
  readonly height: number;
  readonly highest: number;
  /** Bytes before the first pixel. */
  readonly length: number;
}

/** Magic number, width, height and highest value, parted by white space and comments; one white space ends it. */
function readHeader(bytes: Uint8Array): Header | undefined {
  const channels = startsWith(bytes, "P5") ? 1 : startsWith(bytes, "P6") ? 3 : undefined;
  if (channels === undefined) return undefined;
  let at = 2;
  const number = (): number => {
    const start = afterGap(bytes, at);
    const parted = start > at;
    let value = 0;
    for (at = start; isDigit(bytes[at]); at++) value = value * 10 + (bytes[at] ?? 0) - zero;
    return parted && at > start ? value : Number.NaN;
  };
  const [width, height, highest] = [number(), number(), number()];
  const end = bytes[at] === hash ? afterComment(bytes, at) : at;
  if (Number.isNaN(width + height + highest) || !isBlank(bytes[end])) return undefined;
  return { channels, width, height, highest, length: end + 1 };
}

const hash = 0x23;
const zero = 0x30;
const newline = 0x0a;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= zero + 9;
}

/** Space, tab, new line, and the like. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function afterGap(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isBlank(bytes[at]) || bytes[at] === hash) at = bytes[at] === hash ? afterComment(bytes, at) : at + 1;
  return at;
}

/** Where the line of a comment ends. */
function afterComment(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(newline, start);
  return end < 0 ? bytes.length : end;
}

const otherFormats = {
  "a PNG picture": "\x89PNG",
  "a JPEG picture": "\xff\xd8\xff",
  "a GIF picture": "GIF8",
  "a plain PGM, with its numbers in letters": "P2",
  "a plain PPM, with its numbers in letters": "P3",
};

function foreign(bytes: Uint8Array): string {
  const found = Object.entries(otherFormats).find(([, magic]) => startsWith(bytes, magic));
  return found === undefined ? "" : `, got ${found[0]}`;
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return [...magic].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}
