import { isAbsolute } from "node:path";
import { expect, test } from "vitest";
import { choiceOf, dataRecordOf, loadChosen } from "../../src/experiments/data.ts";

test("a limit leaves the first training images and all test images", async () => {
  const whole = await loadChosen({ name: "digits" });
  const part = await loadChosen({ name: "digits", limit: 3 });
  expect(part.train.images.shape).toEqual([3, 3, 8, 8]);
  expect(part.train.labels.data).toEqual(whole.train.labels.data.slice(0, 3));
  expect(part.test).toEqual(whole.test);
});

test.each([0, 1438, 1.5, Number.NaN])("a limit of %d is refused", async (limit) => {
  await expect(loadChosen({ name: "digits", limit })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("from 1 to 1437"),
  });
});

test("the record of a data set leads back to it, from any folder", async () => {
  const choice = { name: "cifar10", folder: "somewhere", limit: 3 };
  const record = dataRecordOf(choice, await loadChosen({ name: "digits", limit: 3 }));
  expect(record).toMatchObject({ classes: 10, image: [3, 8, 8], trainImages: 3, testImages: 360 });
  expect(isAbsolute(record.folder ?? "")).toBe(true);
  const reading = { resize: null, corrupt: "refuse", holdOut: 0.2, shape: null };
  expect(choiceOf(record)).toEqual({ name: "CIFAR-10", folder: record.folder, limit: 3, ...reading });
  expect(choiceOf(record, "elsewhere").folder).toBe("elsewhere");
});
