import type { Dataset, Split } from "../data/dataset.ts";
import { tensor } from "../tensor.ts";

const classes = 10;

/** Images of pixels that look like noise, the same every time: no time depends on what they show. */
export function images(count: number, size: number): Dataset {
  return {
    name: `${count} images of ${size}x${size}`,
    classes,
    train: split(count, size),
    test: split(1, size),
    normalization: { scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  };
}

function split(count: number, size: number): Split {
  const pixels = Uint8Array.from({ length: count * 3 * size * size }, (_, i) => (i * 2_654_435_761) >>> 24);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  return { images: tensor(pixels, [count, 3, size, size]), labels: tensor(labels) };
}
