import { AdsamError } from "../../errors.ts";
import { permutation, streamKey, uniformNumbers } from "../../random.ts";
import { chosen, type Split } from "../dataset.ts";

/** A split in two, and how. */
interface HeldOut {
  readonly train: Split;
  readonly test: Split;
  readonly remarks: readonly string[];
}

/**
 * Holds out a part of each class, drawn at random, the same at each time: at least one image of a class that has two. The
 * order stays as it was.
 * @throws AdsamError `data` where no class has two.
 * @param fraction above 0 and below 1.
 */
export function holdOut(all: Split, fraction: number): HeldOut {
  const byClass = new Map<number, number[]>();
  const labels = Array.from<number | bigint, number>(all.labels.data, Number);
  for (const [image, label] of labels.entries()) {
    const images = byClass.get(label);
    if (images === undefined) byClass.set(label, [image]);
    else images.push(image);
  }
  const held = new Set<number>();
  for (const [label, images] of byClass) {
    const wanted = Math.max(1, Math.round(images.length * fraction));
    const order = permutation(images.length, uniformNumbers(streamKey(label, "hold out")));
    for (const place of order.slice(0, Math.min(wanted, images.length - 1))) held.add(images[place] ?? 0);
  }
  if (held.size === 0) {
    throw new AdsamError("data", "nothing says what to test on, and no class has a second image to hold out", {
      suggestion: "give images to test on too",
    });
  }
  const everyone = Array.from(labels.keys());
  return {
    train: chosen(
      all,
      everyone.filter((image) => !held.has(image)),
    ),
    test: chosen(
      all,
      everyone.filter((image) => held.has(image)),
    ),
    remarks: [`nothing says what to test on: ${fraction} of each class is held out, the same images each time`],
  };
}
