import { join } from "node:path";
import { pngOfSvg } from "../../data/pictures.ts";
import { AdsamError } from "../../errors.ts";
import { writeFileAtomically } from "../../files.ts";
import { spread } from "../../report/charts/curves.ts";
import { retentionPicture } from "../../report/charts/retention.ts";
import { drawn, standalone } from "../../report/draw.ts";
import type { PaperFidelity } from "./plan.ts";
import type { PaperRow } from "./rows.ts";

/** Of its files, without their endings. */
export function figureName(fidelity: PaperFidelity): string {
  return `retention-${fidelity}`;
}

/** Writes the retention figure of each fidelity, as SVG and, where the package sharp is installed, as PNG. */
export async function writeFigures(folder: string, rows: readonly PaperRow[]): Promise<void> {
  for (const fidelity of new Set(rows.map((row) => row.fidelity))) {
    const points = rows
      .filter((row) => row.fidelity === fidelity)
      .flatMap(({ method, retention }) =>
        retention.map(({ fraction, accuracy }) => {
          return { series: method.replaceAll("-", " "), kept: fraction, ...spread(accuracy) };
        }),
      );
    if (points.length === 0) continue;
    const name = figureName(fidelity);
    const by = ", by predictive entropy; one standard error around the mean over seeds";
    const chart = retentionPicture({ name, title: `Retention, fidelity ${fidelity}`, by }, points);
    const svg = standalone(await drawn(chart), chart);
    await writeFileAtomically(join(folder, `${name}.svg`), [svg]);
    const png = await pngOfSvg(svg).catch((error: unknown) => {
      if (error instanceof AdsamError && error.code === "environment") return undefined;
      throw error;
    });
    if (png !== undefined) await writeFileAtomically(join(folder, `${name}.png`), [png]);
  }
}
