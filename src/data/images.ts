import { extname } from "node:path";
import { AdsamError } from "../errors.ts";
import { readSafetensors } from "../safetensors.ts";
import type { Normalization } from "../schema/data.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { checkImages } from "./check.ts";
import { threeChannels } from "./grey.ts";
import { netpbmExtensions, readNetpbm } from "./netpbm.ts";

/** Images, and where each comes from. */
export interface NamedImages {
  /** The path, with the number of the image where the file holds several. */
  readonly names: readonly string[];
  /** [N, 3, H, W], as the data set that `normalization` belongs to stores its pixels. */
  readonly images: Tensor;
}

/**
 * Images from a file: the tensor `images` of a safetensors file (uint8 or float32, [N, 3, H, W], or grey [N, 1, H, W] or
 * [N, H, W]), taken as it is, or one PGM or PPM picture, whose brightness is scaled to what `normalization` expects.
 * @throws AdsamError `file` when it cannot be read, `data` when it is damaged, of another kind, or holds NaN or infinity.
 */
export async function loadImages(path: string, normalization: Normalization | null): Promise<NamedImages> {
  const extension = extname(path).toLowerCase();
  if (extension === ".safetensors") return loadTensor(path);
  if (netpbmExtensions.some((known) => known === extension)) return loadPicture(path, normalization);
  throw new AdsamError("data", `${path}: expected a file that ends in .safetensors, .pgm or .ppm`, {
    suggestion: "convert a picture, for example with ImageMagick: convert picture.png picture.pgm",
  });
}

async function loadTensor(path: string): Promise<NamedImages> {
  const { tensors } = await readSafetensors(path, { code: "data" });
  const images = tensors.images;
  if (images === undefined) {
    throw new AdsamError(
      "data",
      `${path}: expected a tensor "images", got ${Object.keys(tensors).join(", ") || "none"}`,
    );
  }
  const rgb = threeChannels(images);
  checkImages(rgb, path);
  const count = rgb.shape[0] ?? 0;
  return { names: Array.from({ length: count }, (_, image) => `${path}#${image}`), images: rgb };
}

async function loadPicture(path: string, normalization: Normalization | null): Promise<NamedImages> {
  if (normalization === null) {
    throw new AdsamError("data", `${path}: the data set has no normalization, so a picture cannot be scaled to it`, {
      suggestion: "give the images in a .safetensors file, as the network takes them",
    });
  }
  const { pixels, highest } = await readNetpbm(path);
  const scaled = Float32Array.from(pixels.data, (pixel) => (pixel / highest) * normalization.scale);
  return { names: [path], images: tensor(scaled, [1, ...pixels.shape]) };
}
