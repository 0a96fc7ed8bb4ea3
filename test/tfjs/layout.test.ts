import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { type ModelSpecInput, modelSpec } from "../../src/schema/models.ts";
import { startEngine } from "../../src/tfjs/engine.ts";
import { Layout } from "../../src/tfjs/layout.ts";
import { build } from "../../src/tfjs/models/build.ts";
import { GaussianNoise } from "../../src/tfjs/noise.ts";

beforeAll(startEngine);

/** Whether all numbers are the same; vitest takes minutes for millions of them. */
function same(a: tf.Tensor, b: tf.Tensor): boolean {
  return tf.tidy(() => a.shape.join() === b.shape.join() && tf.all(tf.equal(a, b)).dataSync()[0] === 1);
}

/** The VGG draws in another order than it registers; a batch norm without affine has no weights at all. */
const specs: [ModelSpecInput, shape: number[]][] = [
  [{ kind: "resnet20" }, [2, 8, 8, 3]],
  [{ kind: "resnet20", bayesian: false }, [2, 8, 8, 3]],
  [{ kind: "vgg11" }, [2, 32, 32, 3]],
  [{ kind: "linear", inFeatures: 5, outFeatures: 3 }, [2, 5]],
  [{ kind: "batchnorm2d", features: 3, affine: false }, [2, 4, 4, 3]],
];

describe.each(specs)("%o", (input, shape) => {
  test("a forward through flat weights is the forward through the layers' own", () => {
    tf.tidy(() => {
      const model = build(modelSpec.parse(input));
      const layout = new Layout(model);
      const x = tf.randomNormal(shape, 0, 1, "float32", 1);
      const forward = (seed: number) => model.drawingFrom(new GaussianNoise(seed), () => model.forward(x));
      const own = forward(3);
      const weights = layout.weights().at(layout.drawFresh(new GaussianNoise(3)));
      expect(weights.size).toBe(layout.size);
      expect(
        same(
          layout.given(weights, () => forward(4)),
          own,
        ),
      ).toBe(true);
      // Afterwards the layers go by their own again.
      expect(same(forward(3), own)).toBe(true);
      model.dispose();
    });
  });

  test("stored noise is drawn, stored and named as the layers have it", () => {
    tf.tidy(() => {
      const model = build(modelSpec.parse(input));
      const layout = new Layout(model);
      const eps = layout.drawStored(new GaussianNoise(5));
      layout.store(eps);
      const noise = new GaussianNoise(5);
      const named = layout.named("noise", eps);
      for (const [name, stored] of model.storedNoise) {
        const drawn = noise.draw(stored.shape);
        expect([name, same(stored, drawn), same(named.get(name) ?? eps, drawn)]).toEqual([name, true, true]);
      }
      if (model.bayesian) expect(same(layout.flat("noise", model.storedNoise), eps)).toBe(true);
      model.dispose();
    });
  });
});
