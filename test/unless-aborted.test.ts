import { expect, test } from "vitest";
import { unlessAborted } from "../src/unless-aborted.ts";

const forever = new Promise<never>(() => {});

test("answers as the work does", async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(3), signal)).toBe(3);
  expect(await unlessAborted(Promise.resolve(3))).toBe(3);
  await expect(unlessAborted(Promise.reject(new RangeError("no")), signal)).rejects.toThrow(RangeError);
});

test("is cancelled by the signal, before and during the work", async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(forever, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  await expect(unlessAborted(forever, controller.signal)).rejects.toMatchObject({ code: "cancelled" });
});
