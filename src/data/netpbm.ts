import { AdsamError } from "../errors.ts";
import { readBytes } from "../files.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** Endings of the files that `readNetpbm` reads. */
export const netpbmExtensions = [".pgm", ".ppm"] as const;

/** Magic number, width, height and highest value, parted by white space and comments; one white space ends it. */
const header = /^P([56])(?:\s+|#[^\n]*\n)+(\d+)(?:\s+|#[^\n]*\n)+(\d+)(?:\s+|#[^\n]*\n)+(\d+)\s/;
const longestHeader = 1024;

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
  const found = header.exec(Buffer.from(bytes.subarray(0, longestHeader)).toString("latin1"));
  if (found === null) {
    throw new AdsamError("data", `${path}: expected a binary PGM (P5) or PPM (P6) picture`, {
      suggestion: "convert it, for example with ImageMagick: convert picture.png picture.pgm",
    });
  }
  const channels = found[1] === "6" ? 3 : 1;
  const [width = 0, height = 0, highest = 0] = found.slice(2).map(Number);
  if (width === 0 || height === 0 || highest === 0 || highest > 255) {
    throw new AdsamError(
      "data",
      `${path}: expected a size above 0 and values up to 255, got ${width}x${height} up to ${highest}`,
    );
  }
  const body = bytes.subarray(found[0].length);
  if (body.length !== width * height * channels) {
    throw new AdsamError("data", `${path}: expected ${width * height * channels} bytes of pixels, got ${body.length}`);
  }
  return { pixels: planar(body, channels, height, width), highest };
}

/** Pixels that follow one another, as three channels that follow one another. */
function planar(body: Uint8Array, channels: number, height: number, width: number): Tensor<"uint8"> {
  const area = height * width;
  const pixels = new Uint8Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const source = Math.min(channel, channels - 1);
    for (let pixel = 0; pixel < area; pixel++) pixels[channel * area + pixel] = body[pixel * channels + source] ?? 0;
  }
  return tensor(pixels, [3, height, width]);
}
