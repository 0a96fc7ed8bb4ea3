import { expect, test } from "vitest";
import { modelSpec } from "../../src/schema/models.ts";
import { validate } from "../../src/validation.ts";

test.each([
  [1e-200, "priorSigma: expected a number from 1e-12, got 1e-200"],
  [0, "priorSigma: expected a number from 1e-12, got 0"],
  [1e200, "priorSigma: expected a number up to 1000000000000, got 1e+200"],
])("a prior sigma of %d, for which float32 has no room, is refused", (priorSigma, message) => {
  expect(() => validate(modelSpec, { kind: "resnet20", priorSigma }, "model")).toThrow(message);
});
