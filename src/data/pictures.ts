import pLimit from "p-limit";
import type { Sharp } from "sharp";
import { AdsamError } from "../errors.ts";
import { readBytes } from "../files.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { isNetpbm, netpbmExtensions, readNetpbm } from "./netpbm.ts";
import { interleavePlanes, separatePlanes } from "./planes.ts";

/** How pictures end. */
export const pictureExtensions = [
  ...[".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".avif"],
  ...netpbmExtensions,
] as const;

/** Whether a file is a picture, by its ending. */
export function isPicture(path: string): boolean {
  return pictureExtensions.some((extension) => path.toLowerCase().endsWith(extension));
}

/** A picture's pixels [3, H, W], 0 to 255. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** What had to be done to them, as people call it. */
  readonly traits: readonly string[];
}

/**
 * Reads a picture as people see it: turned as its EXIF data says, transparent parts on white, palettes and grey as red, green
 * and blue, 16 bits a channel as 8, the first frame of several.
 * @param side scales it to a square of so many pixels a side, cut from the middle; null: as it is.
 * @throws AdsamError `data` when it is damaged, `file` when it cannot be read, `environment` without the package sharp.
 */
export async function readPixels(path: string, side: number | null): Promise<Pixels> {
  if (isNetpbm(path)) return netpbmPixels(path, side);
  const bytes = await readBytes(path);
  const sharp = await loadSharp();
  try {
    const picture = sharp(bytes, { failOn: "error" });
    const { format, space, depth, hasAlpha, orientation, pages, isPalette } = await picture.metadata();
    const traits = [
      ...(space === "b-w" || space === "grey16" ? ["grey"] : []),
      ...(isPalette === true ? ["palette"] : []),
      ...(depth === "ushort" ? ["16 bit"] : []),
      ...(space === "cmyk" ? ["CMYK"] : []),
      ...(hasAlpha === true ? ["transparent, laid on white"] : []),
      ...((orientation ?? 1) > 1 ? ["turned as its EXIF data says"] : []),
      ...((pages ?? 1) > 1 && format !== undefined ? ["first frame of several"] : []),
    ];
    return { ...(await rgb(picture.autoOrient().flatten({ background: "white" }), side)), traits };
  } catch (error) {
    throw new AdsamError("data", `${path}: expected a picture, got ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Scales images [N, 3, H, W] to squares of `side` pixels, cut from the middle.
 * @throws AdsamError `environment` without the package sharp.
 */
export function resizedImages(images: Tensor<"uint8">, side: number): Promise<Tensor<"uint8">> {
  return eachImage(images, side, side, (picture) => rgb(picture, side));
}

/**
 * Images [N, 3, H, W] as they come out of JPEG.
 * @param highest the pixel that is white.
 * @throws AdsamError `environment` without the package sharp.
 */
export async function jpegImages(images: Tensor<"uint8">, quality: number, highest: number): Promise<Tensor<"uint8">> {
  const sharp = await loadSharp();
  const [, , height = 0, width = 0] = images.shape;
  const scaled = { ...images, data: images.data.map((pixel) => Math.round((pixel * 255) / highest)) };
  const made = await eachImage(scaled, height, width, async (picture) =>
    rgb(sharp(await picture.jpeg({ quality }).toBuffer()), null),
  );
  return { ...made, data: made.data.map((pixel) => Math.round((pixel * highest) / 255)) };
}

async function eachImage(
  { data, shape }: Tensor<"uint8">,
  height: number,
  width: number,
  change: (picture: Sharp) => Promise<Pick<Pixels, "data">>,
): Promise<Tensor<"uint8">> {
  const [count = 0, , from = 0, across = 0] = shape;
  const [size, madeSize] = [3 * from * across, 3 * height * width];
  const made = new Uint8Array(count * madeSize);
  const sharp = await loadSharp();
  const one = async (image: number): Promise<void> => {
    const pixels = interleavePlanes(data.subarray(image * size, (image + 1) * size));
    const picture = sharp(pixels, { raw: { width: across, height: from, channels: 3 } });
    made.set((await change(picture)).data, image * madeSize);
  };
  await pLimit(picturesAtOnce).map(
    Array.from({ length: count }, (_, image) => image),
    one,
  );
  return tensor(made, [count, 3, height, width]);
}

const picturesAtOnce = 8;

async function rgb(picture: Sharp, side: number | null): Promise<Omit<Pixels, "traits">> {
  const sized = side === null ? picture : picture.resize(side, side, { fit: "cover" });
  const { data, info } = await sized
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { height, width, channels } = info;
  return { data: separatePlanes(data, channels), height, width };
}

async function netpbmPixels(path: string, side: number | null): Promise<Pixels> {
  const { pixels, highest } = await readNetpbm(path);
  const [, height = 0, width = 0] = pixels.shape;
  const full = pixels.data.map((value) => Math.round((value * 255) / highest));
  if (side === null) return { data: full, height, width, traits: [] };
  return {
    data: (await resizedImages(tensor(full, [1, 3, height, width]), side)).data,
    height: side,
    width: side,
    traits: [],
  };
}

/**
 * Pixels as a PNG file.
 * @throws AdsamError `environment` without the package sharp.
 */
export async function pngOf({ data, height, width }: Omit<Pixels, "traits">): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(interleavePlanes(data), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Pixels to an inch, where 72 are as large as the SVG says. */
const density = 144;

/**
 * An SVG picture as a PNG file, of twice its size.
 * @throws AdsamError `environment` without the package sharp.
 */
export async function pngOfSvg(svg: string): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(Buffer.from(svg), { density }).png().toBuffer();
}

/** The tested version; the package needs it for pictures alone, so that it is an optional dependency. */
const wanted = "sharp@0.35.5";

/** @throws AdsamError `environment` where it is not installed, or not for this machine. */
async function loadSharp(): Promise<typeof import("sharp")["default"]> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new AdsamError(
      "environment",
      "reading, scaling and writing pictures needs the package sharp, which cannot be loaded",
      {
        suggestion: `install it: npm install ${wanted}`,
        cause,
      },
    );
  }
}

function reasonOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.trim() || "nothing that can be read";
}
