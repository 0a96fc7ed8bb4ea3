import { expect, test } from "vitest";
import { quick, roundsOf } from "../../src/bench/setting.ts";

test("as many rounds as there is time for, and the least number at any rate", () => {
  const effort = { ...quick, rounds: 5, leastRounds: 2 };
  expect([...roundsOf({ ...effort, budgetSeconds: 60 })]).toEqual([0, 1, 2, 3, 4]);
  expect([...roundsOf({ ...effort, budgetSeconds: -1 })]).toEqual([0, 1]);
});
