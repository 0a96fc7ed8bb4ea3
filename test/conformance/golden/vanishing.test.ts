import { expect, test } from "vitest";
import { normalised } from "../../../src/conformance/golden/vanishing.ts";

const statistics = ["features.1.running_mean", "features.1.running_var", "layer1.0.bn1.running_mean"];
const parameters = ["features.0.mu_weight", "features.0.mu_bias", "features.1.mu_bias", "layer1.0.conv1.mu_weight"];
const { isBias, isMean } = normalised(statistics, parameters);

test("a bias before batch norm is arbitrary, whatever stands for it", () => {
  const biases = ["features.0.bias", "features.0.mu_bias", "features.0.eps_bias"];
  expect(biases.filter(isBias)).toEqual(biases);
  expect(
    ["features.0.mu_weight", "features.1.mu_bias", "classifier.bias", "layer1.0.bn1.mu_bias"].filter(isBias),
  ).toEqual([]);
});

test("so is the mean that batch norm takes away with it", () => {
  expect(statistics.filter(isMean)).toEqual(["features.1.running_mean"]);
  expect(normalised(statistics).isMean("features.1.running_mean")).toBe(false);
});
