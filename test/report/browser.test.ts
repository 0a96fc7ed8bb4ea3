import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { chromium } from "playwright-core";
import { describe, expect, test } from "vitest";
import { report } from "../../src/report/report.ts";
import { temporaryFolder } from "../temporary.ts";
import { recorded } from "./recorded.ts";

/** Debian's, unless ADSAM_CHROMIUM names another. */
const executablePath = process.env.ADSAM_CHROMIUM ?? "/usr/bin/chromium";
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const screens = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;

describe.skipIf(!existsSync(executablePath))("in Chromium", () => {
  test("a page is accessible and as wide as the screen, in light and dark, and asks the network for nothing", async () => {
    const folder = await temporaryFolder();
    const ratios = [0, 0.8].flatMap((ratio) => [1, 2].map((seed) => ({ ratio, seed })));
    const runs = await Promise.all(
      ratios.map((one) => recorded(join(folder, `${one.ratio}-${one.seed}`), { ...one, accuracy: one.seed / 4 })),
    );
    const output = join(folder, "report.html");
    await report(runs, { output, recordedOnly: true });
    const script = await readFile(axe, "utf8");
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
      for (const screen of screens) {
        const page = await browser.newPage(screen);
        const asked: string[] = [];
        page.on("request", (request) => asked.push(request.url()));
        await page.goto(`file://${output}`);
        expect(asked.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(screen.viewport.width);
        await page.evaluate(script);
        const { violations, passes }: AxeResults = await page.evaluate("axe.run()");
        expect(violations, screen.colorScheme).toEqual([]);
        expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(["color-contrast", "svg-img-alt"]));
      }
    } finally {
      await browser.close();
    }
  });
});
