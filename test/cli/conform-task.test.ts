import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { conformArguments, conformGroups } from "../../src/cli/conform-options.ts";
import { type ConformTask, taskOf } from "../../src/cli/conform-task.ts";
import { addOptions } from "../../src/cli/options.ts";

/** What `adsam conform ...words` would do. */
function asked(words: string): ConformTask {
  const command = new Command("conform").exitOverride().configureOutput({ writeErr: () => {} });
  addOptions(command, conformGroups);
  command.parse(words.split(" "), { from: "user" });
  return taskOf(conformArguments.parse(command.opts()));
}

const sides = { candidate: "tfjs", reference: "torch" };

test.each<[string, object]>([
  ["--golden f", { kind: "golden", backend: "torch", folder: "f" }],
  ["--golden f --backend tfjs", { kind: "golden", backend: "tfjs", folder: "f" }],
  ["--record f --device cpu", { kind: "record", backend: "torch", folder: "f" }],
  ["--against torch", { kind: "suites", ...sides, suites: undefined }],
  [
    "--backend tfjs --against torch --suite layers prediction",
    { kind: "suites", ...sides, suites: ["layers", "prediction"] },
  ],
  [
    "--against torch --suite layers,losses --suite steps",
    { kind: "suites", ...sides, suites: ["layers", "losses", "steps"] },
  ],
  ["--against tfjs", { kind: "suites", candidate: "torch", reference: "tfjs", suites: undefined }],
  ["--pairs p.mjs", { kind: "pairs", ...sides, file: "p.mjs" }],
  ["--twins p.mjs --against torch --html h --junit j", { kind: "pairs", ...sides, file: "p.mjs" }],
  ["--bisect plain-vgg11", { kind: "bisect", ...sides, network: "plain-vgg11" }],
])("%s", (words, task) => {
  expect(asked(words)).toEqual(task);
});

describe("what excludes each other is refused", () => {
  test.each<[string, RegExp]>([
    ["--device cpu", /^expected one of --against, --pairs, --bisect, --golden and --record$/],
    ["--suite layers", /^expected one of --against/],
    ["--twins p --suite layers", /^--suite cannot be given with --pairs$/],
    ["--twins p --bisect resnet20", /^--bisect cannot be given with --pairs$/],
    ["--golden f --record f", /^--record cannot be given with --golden$/],
    ["--golden f --against torch --suite layers", /^--against, --suite cannot be given with --golden$/],
    ["--record f --pairs p --against torch", /^--against, --pairs cannot be given with --record$/],
    ["--bisect resnet20 --suite layers", /^--suite cannot be given with --bisect$/],
    ["--bisect resnet20 --junit j --html h", /^--junit, --html cannot be given with --bisect$/],
    ["--against torch --backend torch", /^expected two backends to compare, got torch as --backend and as --against$/],
    ["--pairs p --backend torch", /^expected two backends to compare, got torch /],
    ["--bisect resnet20 --backend tfjs --against tfjs", /^expected two backends to compare, got tfjs /],
    ["--bisect resnet18", /^--bisect: expected one of resnet20, .*plain-vgg19, got resnet18$/],
    ["--against torch --suite looks", /^--suite: expected one of layers, .* got looks$/],
    ["--against torch --suite=", /^--suite: expected /],
    ["--pairs=", /^--pairs: expected a text that is not empty, got nothing$/],
  ])("%s", (words, message) => {
    expect(() => asked(words)).toThrow(
      expect.objectContaining({ code: "usage", message: expect.stringMatching(message) }),
    );
  });
});
