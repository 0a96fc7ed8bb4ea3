import { expect, test } from "vitest";
import { showEvaluation } from "../../src/cli/evaluate-view.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { evaluation } from "../../src/metrics.ts";
import { tensor } from "../../src/tensor.ts";

/** Three images of one pixel: dark, grey, bright; of classes 0, 1, 1. */
const part = { images: tensor(Uint8Array.from([0, 2, 4]), [3, 1, 1, 1]), labels: tensor(Uint8Array.from([0, 1, 1])) };
const data: Dataset = {
  name: "dots",
  classes: 2,
  train: part,
  test: part,
  normalization: { scale: 4, mean: [0], std: [1] },
};
/** The last image is taken for the wrong class, and less certainly than the others. */
const judged = evaluation({ logits: tensor(Float64Array.from([9, 0, 0, 8, 0.1, 0]), [1, 3, 2]) }, part.labels);

test("an evaluation is a table of its numbers and of the accuracy on the most certain images", () => {
  const text = showEvaluation({ evaluation: judged, data, outside: null }, 0, 80);
  expect(text).toMatch(/^data +dots, 3 images, 1 sample\naccuracy +66\.7 %\n/);
  expect(text).toMatch(/mutual information +-?0\.0000 nats$/m);
  expect(text).toMatch(/^most certain images kept +20 % +40 % +60 % +80 % +100 %$/m);
  expect(text).toMatch(/^accuracy on them +100\.0 % +100\.0 % +100\.0 % +66\.7 % +66\.7 %$/m);
  expect(text).not.toContain("least certain");
});

test("the most and the least certain images are drawn, most telling first", () => {
  const [, most = "", least = ""] = showEvaluation({ evaluation: judged, data, outside: null }, 2, 80).split(
    /(?:most|least) certain\n/,
  );
  expect(most.trim().split("\n").slice(0, 3)).toEqual([
    expect.stringMatching(/^▒▒$/),
    expect.stringMatching(/^#0 is 0 +#1 is 1$/),
    expect.stringMatching(/^taken for 0 +taken for 1$/),
  ]);
  expect(least.trim().split("\n").slice(0, 3)).toEqual([
    expect.stringMatching(/^██ +▒▒$/),
    expect.stringMatching(/^#2 is 1 +#1 is 1$/),
    expect.stringMatching(/^taken for 0 +taken for 1$/),
  ]);
});

test("more images than there are is all of them", () => {
  expect(showEvaluation({ evaluation: judged, data, outside: null }, 9, 200).match(/#2 is 1/g)).toHaveLength(2);
});
