import { deflateSync } from "node:zlib";
import { crc32 } from "../../crc32.ts";
import type { Dataset } from "../../data/dataset.ts";

/** A picture in colours. */
export interface Picture {
  /** The file's content. */
  readonly png: Buffer;
  readonly height: number;
  readonly width: number;
}

const perRow = 8;
const most = 32;

/** The first images to train on, side by side, without what normalises them; null where none are pixels. */
export function firstImages({ train: { images }, normalization }: Dataset): Picture | null {
  const { dtype, data, shape } = images;
  if (dtype !== "uint8") return null;
  const [number = 0, channels = 3, height = 0, width = 0] = shape;
  const count = Math.min(number, most);
  const [columns, rows] = [Math.min(count, perRow), Math.ceil(count / perRow)];
  const scale = 255 / (normalization?.scale ?? 255);
  const across = columns * width;
  const pixels = Buffer.alloc(rows * height * across * channels);
  for (let i = 0; i < count * channels * height * width; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const [channel, image] = [Math.floor(i / (width * height)) % channels, Math.floor(i / (width * height * channels))];
    const [row, column] = [Math.floor(image / perRow) * height + y, (image % perRow) * width + x];
    pixels[(row * across + column) * channels + channel] = Math.min(255, Math.round(Number(data[i]) * scale));
  }
  return { png: pngOf(pixels, rows * height, across), height: rows * height, width: across };
}

/** A PNG file of 8-bit RGB pixels (https://www.w3.org/TR/png-3/): no interlace, and no filter before its compression. */
function pngOf(pixels: Buffer, height: number, width: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // bits a channel, RGB, deflate, adaptive filters, no interlace
  const lines = Array.from({ length: height }, (_, row) =>
    Buffer.concat([Buffer.from([0]), pixels.subarray(row * width * 3, (row + 1) * width * 3)]),
  );
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const compressed = deflateSync(Buffer.concat(lines));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", compressed), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}
