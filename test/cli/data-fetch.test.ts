import { expect, test } from "vitest";
import { renderDownload } from "../../src/cli/data-fetch.ts";

const progress = { file: "set.bin", received: 50_000_000, total: 200_000_000, resumed: 0 };

test("how far a download is, how fast, and how long it will take", () => {
  expect(renderDownload(progress, 5_000_000)).toBe(
    `${"█".repeat(8)}${"░".repeat(22)}  25.0 % of 200.0 MB  5.0 MB/s  ETA 0:30`,
  );
  expect(renderDownload({ ...progress, total: null }, 5_000_000)).toBe("50.0 MB  5.0 MB/s");
  expect(renderDownload(progress, Number.NaN)).toBe(`${"█".repeat(8)}${"░".repeat(22)}  25.0 % of 200.0 MB`);
});
