import { extname } from "node:path";
import { AdsamError } from "../errors.ts";
import { readSafetensors } from "../safetensors.ts";
import type { Normalization } from "../schema/data.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { checkImages } from "./check.ts";
import { threeChannels } from "./grey.ts";
import { isNetpbm, type Picture, readNetpbm } from "./netpbm.ts";
import { normalize } from "./normalization.ts";
import { isPicture, pictureExtensions, readPixels } from "./pictures.ts";

/** Images, and where each comes from. */
export interface NamedImages {
  /** The path, with the number of the image where the file holds several. */
  readonly names: readonly string[];
  /** [N, 3, H, W], as `predict` takes them: uint8 pixels, or float32, which is the network's input already. */
  readonly images: Tensor;
}

/**
 * Images from a file, as `predict` takes them: the tensor `images` of a safetensors file (uint8 or float32, [N, 3, H, W], or
 * grey [N, 1, H, W] or [N, H, W]) as it is, or one picture (PNG, JPEG, WebP, PGM, PPM and others), whose brightness is normalised
 * to float32.
 * @param normalization of a picture: such as the model's or the data set's.
 * @throws AdsamError `file` when it cannot be read, `data` when it is damaged, of another kind, or holds NaN or infinity,
 *   `environment` for pictures without the package sharp, which PGM and PPM do not need.
 */
export async function loadImages(path: string, normalization: Normalization | null): Promise<NamedImages> {
  const { names, input } = await readImages(path, null);
  return { names, images: input(normalization) };
}

/** Images that were read, before it is known how to normalise them. */
export interface UnnormalizedImages {
  readonly names: readonly string[];
  /** [N, 3, H, W]. */
  readonly shape: readonly number[];
  /** As `predict` takes them; pixels of a data set stay pixels. */
  input(normalization: Normalization | null): Tensor;
}

/** What `loadImages` reads, pictures as squares of `side` pixels a side; null: as they are. */
export async function readImages(path: string, side: number | null): Promise<UnnormalizedImages> {
  if (extname(path).toLowerCase() === ".safetensors") return readTensor(path);
  if (!isPicture(path)) {
    throw new AdsamError("data", `${path}: expected a picture or a .safetensors file, by its ending`, {
      suggestion: `pictures end in ${pictureExtensions.join(", ")}`,
    });
  }
  if (side === null && isNetpbm(path)) return pictureImages(path, await readNetpbm(path));
  const { data, height, width } = await readPixels(path, side);
  return pictureImages(path, { pixels: tensor(data, [3, height, width]), highest: 255 });
}

async function readTensor(path: string): Promise<UnnormalizedImages> {
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
  const names = Array.from({ length: count }, (_, image) => `${path}#${image}`);
  return { names, shape: rgb.shape, input: () => rgb };
}

function pictureImages(path: string, { pixels, highest }: Picture): UnnormalizedImages {
  const shape = [1, ...pixels.shape];
  const input = (normalization: Normalization | null) => {
    if (normalization === null) {
      throw new AdsamError("data", `${path}: expected a normalization for a picture, got none`, {
        suggestion: "give the images in a .safetensors file, as the network takes them",
      });
    }
    const scaled = Float32Array.from(pixels.data, (pixel) => (pixel / highest) * normalization.scale);
    return normalize(tensor(scaled, shape), normalization);
  };
  return { names: [path], shape, input };
}
