import { escaped } from "../markup.ts";
import { packageVersion } from "../package.ts";
import type { Chapter } from "./chapters.ts";
import { type Conformance, conformanceParts } from "./conformance.ts";
import { embedded } from "./draw.ts";
import type { Gallery, ShownImage } from "./gallery.ts";
import type { Grouping } from "./groups.ts";
import { paragraph, section } from "./markup.ts";
import type { JudgedRun } from "./measures.ts";
import { style } from "./style.ts";
import { commonOptions, resultTables, runsTable, versionsTable } from "./tables.ts";

/** By which a file is known as a report: it may be replaced by another. */
export const generator = '<meta name="generator" content="adsam report">';

/** What stands on the page. */
export interface PageContents {
  readonly title: string;
  readonly grouping: Grouping<JudgedRun>;
  readonly runs: readonly JudgedRun[];
  readonly chapters: readonly Chapter[];
  /** Of each chart, by its name. */
  readonly svgs: ReadonlyMap<string, string>;
  /** Of each run, in their order; a text says why there is none. */
  readonly galleries: readonly (Gallery | string)[];
  /** null: none was given. */
  readonly conformance: Conformance | null;
  /** How the predictions were made; null: there are none. */
  readonly predicted: string | null;
}

/** The page, which needs nothing else: no network and no script. */
export function pageHtml(contents: PageContents): string {
  const { title, runs, grouping, chapters } = contents;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${generator}
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>Made by adsam ${packageVersion()} on ${new Date().toISOString().slice(0, 10)}. ${escaped(contents.predicted ?? "Nothing was predicted: the page shows what the folders hold.")}</p>
${section("What was run", [runsTable(runs)])}
${section("What came of it", [
  ...(runs.length > grouping.groups.length
    ? [paragraph("Runs of the same options are averaged over: the mean, ± one standard error of it.")]
    : []),
  ...resultTables(grouping, runs),
])}
${chapters.map((chapter) => chapterHtml(chapter, contents)).join("\n")}
${section(
  "Images",
  runs.map((run, n) => galleryHtml(run.name, contents.galleries[n] ?? "")),
)}
${section(runs.length > 1 ? "Options in common" : "Options", [commonOptions(runs)])}
${contents.conformance === null ? "" : section("Conformance", conformanceParts(contents.conformance, runs))}
${section("Versions", [versionsTable(runs)])}
</main>
</body>
</html>
`;
}

function chapterHtml({ title, remarks, charts }: Chapter, { svgs }: PageContents): string {
  const figures = charts.map(({ name, title: caption, about }) => {
    const svg = embedded(svgs.get(name) ?? "", escaped(`${caption}. ${about}`));
    return `<figure>${svg}<figcaption><strong>${escaped(caption)}</strong> ${escaped(about)}</figcaption></figure>`;
  });
  return section(title, [
    ...remarks.map(paragraph),
    figures.length === 0 ? "" : `<div class="charts">${figures.join("\n")}</div>`,
  ]);
}

function galleryHtml(name: string, gallery: Gallery | string): string {
  if (typeof gallery === "string") return gallery === "" ? "" : paragraph(`${name}: ${gallery}`);
  return (
    `<h3>${escaped(name)}: least certain</h3>${imagesHtml(gallery.least)}` +
    `<h3>${escaped(name)}: most certain</h3>${imagesHtml(gallery.most)}`
  );
}

function imagesHtml(images: readonly ShownImage[]): string {
  const items = images.map(({ index, png, label, predicted, confidence, entropy }) => {
    const source = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
    const verdict = label === predicted ? `right: ${label}` : `${label}, taken for ${predicted}`;
    return (
      `<li><img src="${source}" alt="test image ${index}">${escaped(verdict)}<br>` +
      `confidence ${(100 * confidence).toFixed(1)} %<br>entropy ${entropy.toFixed(3)}</li>`
    );
  });
  return `<ul class="images">${items.join("")}</ul>`;
}
