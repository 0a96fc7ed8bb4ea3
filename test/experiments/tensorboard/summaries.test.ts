import { expect, test } from "vitest";
import { histogramOf } from "../../../src/experiments/tensorboard/histogram.ts";
import { recordsIn } from "../../../src/experiments/tensorboard/records.ts";
import { beginning, histograms, image, scalars, toldBy } from "../../../src/experiments/tensorboard/summaries.ts";
import { tensor } from "../../../src/tensor.ts";

const large = 5_000_000_000;
const distribution = { least: -1, largest: 1, count: 3, sum: 0.5, sumOfSquares: 2, limits: [0, 1], counts: [1, 2] };

/** The bytes are those that tensorboard 2.21's own messages and RecordWriter give. */
test.each<[string, Buffer, string]>([
  [
    "the beginning",
    beginning(1500),
    "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c0d000000000000003c37b83409000000000000f83f3a020801b718825c",
  ],
  [
    "scalars",
    scalars({ time: 1_795_819_076_250, step: 70_000 }, [
      ["step/loss", 0.5],
      ["step/kl", Number.POSITIVE_INFINITY],
    ]),
    "31000000000000009d8383e9090000109181c2da4110f0a2042a220a100a09737465702f6c6f7373150000003f0a0e0a07737465702f6b6c150000807f7d4a89cf",
  ],
  [
    "a distribution",
    histograms({ time: 2000, step: large }, [["mu/x", distribution]]),
    "6c00000000000000f5dab0d70900000000000000401080e497d0122a5b0a590a046d752f782a5109000000000000f0bf11000000000000f03f19000000000000084021000000000000e03f29000000000000004032100000000000000000000000000000f03f3a10000000000000f03f0000000000000040c951c15d",
  ],
  [
    "a picture",
    image({ time: 2000, step: 3 }, "images/train", { png: Buffer.from("png"), height: 2, width: 3 }),
    "2a00000000000000ae8d91f509000000000000004010032a1d0a1b0a0c696d616765732f747261696e220b0802100318032203706e67ba78bf88",
  ],
])("%s has the bytes that TensorBoard's own writer gives", (_, ours, theirs) => {
  expect(ours.toString("hex")).toBe(theirs);
});

test("records are read up to the first that is damaged, and say what they tell of", () => {
  const moment = { time: 0, step: large };
  const records = [
    scalars(moment, [["step/loss", 1]]),
    histograms(moment, [["mu/x", distribution]]),
    image({ time: 0, step: 0 }, "x", { png: Buffer.from("png"), height: 2, width: 3 }),
  ];
  const file = Buffer.concat(records);
  const told = (bytes: Buffer) => [...recordsIn(bytes)].map(toldBy);
  expect(told(file)).toEqual([
    { kind: "other", step: large },
    { kind: "histogram", step: large },
    { kind: "image", step: 0 },
  ]);
  for (const length of [0, 5, file.length - 1]) expect(told(file.subarray(0, length)).length).toBe(length > 5 ? 2 : 0);
  file[(records[0]?.length ?? 0) + 20] = 0xff;
  expect(told(file)).toHaveLength(1);
});

test("a histogram counts each finite value once", () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) ** 3);
  const found = histogramOf(tensor(Float32Array.from([...values, Number.NaN, Number.POSITIVE_INFINITY]), [1002]));
  expect(found).toMatchObject({ count: 1000, least: Math.min(...values), largest: Math.max(...values) });
  expect(found?.limits.at(-1)).toBe(Math.max(...values));
  const below = (limit: number) => values.filter((value) => value < limit).length;
  let counted = 0;
  for (const [i, limit] of (found?.limits.slice(0, -1) ?? []).entries()) {
    counted += found?.counts[i] ?? 0;
    expect(Math.abs(counted - below(limit))).toBeLessThanOrEqual(1); // a value on a bin's edge, rounded
  }
  expect(histogramOf(tensor(new Float32Array(4), [4]), Math.exp)).toEqual({
    least: 1,
    largest: 1,
    count: 4,
    sum: 4,
    sumOfSquares: 4,
    limits: [1],
    counts: [4],
  });
  expect(histogramOf(tensor(Float32Array.of(Number.NaN), [1]))).toBeNull();
});
