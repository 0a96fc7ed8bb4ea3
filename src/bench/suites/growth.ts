import { type Finding, figure, ratios } from "../figure.ts";
import { multiples } from "../findings.ts";
import { ours, pass } from "../names.ts";
import { race } from "../race.ts";
import type { Suite } from "../suite.ts";

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
      const measured: { readonly name: string; readonly multiple: readonly number[] }[] = [];
      for (const size of sizes) {
        const name = nameOf(size);
        const work = { ...size, size: 32, calls: callsFor(size) };
        const result = await race(setting, {
          [ours]: { ...work, contender: "fit" },
          [pass]: { ...work, contender: "passes", passes: 1 },
        });
        const multiple = multiples(result);
        if (multiple !== null) {
          findings.push(figure(`${name}: ${ours} / 7 deterministic passes`, "×", multiple));
          measured.push({ name, multiple });
        }
        findings.push(...result.unmeasured.map((one) => ({ ...one, name: `${name}: ${one.name}` })));
      }
      const [first, last] = [measured[0], measured.at(-1)];
      if (first !== undefined && last !== undefined && measured.length === sizes.length) {
        const growth = ratios(last.multiple, first.multiple);
        findings.push(figure(`${last.name} against ${first.name}`, "×", growth, { atMost: 1 }));
      }
      return findings;
    },
  };
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
