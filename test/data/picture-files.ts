import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";

/** An encoded picture of one colour. */
export function plain(colour: string, { width = 8, height = 8, format = "png" as "png" | "jpeg" | "webp" } = {}) {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .toFormat(format)
    .toBuffer();
}

/** Pixels, row by row, as a picture. */
export function raw(pixels: Uint8Array | Uint16Array, width: number, channels: 1 | 2 | 3 | 4) {
  return sharp(pixels, { raw: { width, height: pixels.length / channels / width, channels } });
}

/** Writes files by their paths within the folder. */
export async function writeAll(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}
