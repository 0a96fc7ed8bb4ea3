import { expect, test } from "vitest";
import * as api from "../src/index.ts";

/** What users import: a change here is a change for them. Types are held by what uses them. */
test("the public surface", () => {
  expect(Object.keys(api).sort()).toEqual([
    "AdsamError",
    "bench",
    "bisectBackends",
    "conform",
    "evaluation",
    "fidelityPresets",
    "htmlPage",
    "junitXml",
    "loadDataset",
    "loadImages",
    "meanProbabilities",
    "open",
    "openRun",
    "predictedClasses",
    "recordGolden",
    "replayGolden",
    "reportTable",
    "resumeTraining",
    "tensor",
    "train",
  ]);
});
