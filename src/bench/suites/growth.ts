import { type Finding, figure, ratios } from "../figure.ts";
import { ours } from "../names.ts";
import { race } from "../race.ts";
import type { Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const passesOfStep = 7;
const pass = "one deterministic pass";

interface Size {
  readonly network: string;
  readonly batch: number;
}

/**
 * Training steps of ever larger work, each as a multiple of the deterministic passes in it. That multiple must not grow:
 * the last figure is the largest work's divided by the smallest's.
 */
function growthSuite(about: string, sizes: readonly Size[], nameOf: (size: Size) => string): Suite {
  return {
    about,
    async measure(setting) {
      const findings: Finding[] = [];
      const multiples: number[][] = [];
      for (const size of sizes) {
        const { multiple, ...found } = await multipleOf(size, setting);
        if (multiple !== null)
          findings.push(figure(`${nameOf(size)}: ${ours} / 7 deterministic passes`, "×", multiple));
        findings.push(...found.unmeasured.map(({ name, reason }) => ({ name: `${nameOf(size)}: ${name}`, reason })));
        if (multiple !== null) multiples.push(multiple);
      }
      const [first, last, ends] = [multiples[0], multiples.at(-1), [sizes[0], sizes.at(-1)]];
      if (first !== undefined && last !== undefined && multiples.length === sizes.length) {
        const [smallest, largest] = ends.map((size) => (size === undefined ? "" : nameOf(size)));
        findings.push(figure(`${largest} against ${smallest}`, "×", ratios(last, first), { atMost: 1 }));
      }
      return findings;
    },
  };
}

async function multipleOf(size: Size, setting: Setting) {
  const work = { ...size, size: 32, calls: callsFor(size) };
  const result = await race(setting, {
    [ours]: { ...work, contender: "fit" },
    [pass]: { ...work, contender: "passes", passes: 1 },
  });
  const multiple = result.has(ours, pass) ? result.ratios(ours, pass).map((ratio) => ratio / passesOfStep) : null;
  return { multiple, unmeasured: result.unmeasured };
}

/** Twenty thousand images at the most. */
function callsFor({ batch }: Size): number {
  return Math.max(12, Math.floor(20_000 / batch));
}

export const depth = growthSuite(
  "how a step grows from ResNet-20 to ResNet-110 (batch 100, 32x32), as a multiple of its deterministic passes",
  ["resnet20", "resnet32", "resnet56", "resnet110"].map((network) => ({ network, batch: 100 })),
  ({ network }) => network,
);

export const batch = growthSuite(
  "how a step of ResNet-20 grows from batch 25 to 1600 (32x32), as a multiple of its deterministic passes",
  [25, 100, 400, 1600].map((images) => ({ network: "resnet20", batch: images })),
  ({ batch: images }) => `batch ${images}`,
);
