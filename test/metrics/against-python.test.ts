import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluation } from "../../src/metrics.ts";
import { normalNumbers, uniformNumbers } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";

const python = join(import.meta.dirname, "../../.adsam/venv/bin/python");
const script = join(import.meta.dirname, "metrics.py");
const cases = 1000;

/** Of 2 to 6 classes, some of which never occur; with ties, single classes, and answers that are all right or all wrong. */
function randomCase(number: number) {
  const uniform = uniformNumbers(number);
  const normal = normalNumbers(uniform);
  const below = (limit: number) => Math.floor(uniform() * limit);
  const coarse = number % 5 === 0; // few values of one sample, so that images and classes tie, and rounding decides nothing
  const [samples, images, classes] = [coarse ? 1 : 1 + below(3), 1 + below(60), 2 + below(5)];
  const occurring = number % 7 === 0 ? 1 : classes - (number % 3 === 0 ? 1 : 0);
  const scale = 10 ** (2 * uniform() - 1);
  const draw = () => (coarse ? below(3) : scale * normal());
  const logits = Array.from({ length: samples }, () =>
    Array.from({ length: images }, () => Array.from({ length: classes }, draw)),
  );
  return { logits, labels: Array.from({ length: images }, () => below(occurring)) };
}

test("metrics are those of scikit-learn and torchmetrics, in 1000 random cases", () => {
  const given = Array.from({ length: cases }, (_, number) => randomCase(number));
  const ours = given.map(({ logits, labels }) => {
    const shape = [logits.length, labels.length, logits[0]?.[0]?.length ?? 0];
    return evaluation({ logits: tensor(Float64Array.from(logits.flat(2)), shape) }, tensor(Uint8Array.from(labels)));
  });
  const input = given.map((one, i) => ({ ...one, entropy: ours[i]?.perImage.predictiveEntropy }));
  const { stdout, stderr, status } = spawnSync(python, [script], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  expect(status, stderr).toBe(0);
  const theirs = JSON.parse(stdout) as Record<string, unknown>[];
  const kinds = { detected: 0, undefined: 0 };
  for (const [i, expected] of theirs.entries()) {
    const own = ours[i];
    const { detection, ...numbers } = expected as Record<string, number> & { detection: Record<string, number> | null };
    const found = own?.misclassification?.predictiveEntropy ?? null;
    kinds[detection === null ? "undefined" : "detected"] += 1;
    expect(found === null, `case ${i}`).toBe(detection === null);
    for (const [name, value] of Object.entries({ ...numbers, ...(detection ?? {}) })) {
      const mine = Reflect.get({ ...own, ...(found ?? {}) }, name);
      expect(Math.abs(mine - value), `case ${i}: ${name} ${mine} ${value}`).toBeLessThan(1e-6);
    }
  }
  expect(kinds.detected).toBeGreaterThan(700);
  expect(kinds.undefined).toBeGreaterThan(20);
}, 120_000);
