import { type Tensor, tensor } from "../tensor.ts";

/** Grey images [N, H, W] as three equal channels [N, 3, H, W]. */
export function greyToRgb(images: Tensor<"uint8"> | Tensor<"float32">): Tensor {
  const [count = 0, height = 0, width = 0] = images.shape;
  const pixels = height * width;
  const rgb = images.dtype === "uint8" ? new Uint8Array(count * 3 * pixels) : new Float32Array(count * 3 * pixels);
  for (let image = 0; image < count; image++) {
    const grey = images.data.subarray(image * pixels, (image + 1) * pixels);
    for (let channel = 0; channel < 3; channel++) rgb.set(grey, (image * 3 + channel) * pixels);
  }
  return tensor(rgb, [count, 3, height, width]);
}

/** Grey uint8 or float32 images, [N, H, W] or [N, 1, H, W], as three equal channels; any other tensor as it is. */
export function threeChannels(images: Tensor): Tensor {
  if (images.dtype !== "uint8" && images.dtype !== "float32") return images;
  const [count = 0, channels, ...size] = images.shape;
  if (images.shape.length === 3) return greyToRgb(images);
  if (images.shape.length === 4 && channels === 1) return greyToRgb({ ...images, shape: [count, ...size] });
  return images;
}
