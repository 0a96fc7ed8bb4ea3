import { escaped } from "../../markup.ts";
import type { Comparison } from "../comparison.ts";
import type { CaseReport, Report } from "./report.ts";
import { severityOf } from "./report.ts";

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --bad: #c62828; --good: #2e7d32; --line: #8884; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } summary { cursor: pointer; padding: .35rem 0; } details { border-top: 1px solid var(--line); }
.failed { color: var(--bad); font-weight: 600; } .passed { color: var(--good); } .message { color: var(--bad); margin: .3rem 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th { text-align: left; font-weight: 600; }
td, th { padding: .15rem .6rem .15rem 0; } td.number, th.number { text-align: right; } svg { display: block; width: 100%; }
.bar { fill: var(--good); } .bar.over { fill: var(--bad); } .limit { stroke: currentColor; stroke-dasharray: 3 3; }
text { font: 11px system-ui, sans-serif; fill: currentColor; }`;

const row = 16;
const labels = 300;
const width = 900;
/** The bars show powers of ten of error / tolerance between these. */
const [least, most] = [-4, 1];

function place(power: number): number {
  const within = Math.min(Math.max(power, least), most);
  return labels + ((within - least) / (most - least)) * (width - labels - 10);
}

/** A bar for each tensor: its error in parts of its tolerance, on a logarithmic axis, in the order of the layers. */
function picture(comparisons: readonly Comparison[]): string {
  const bars = comparisons.map((comparison, i) => {
    const part = severityOf(comparison);
    const end = place(part > 0 ? Math.log10(part) : least);
    const over = comparison.message === undefined ? "" : " over";
    const title = escaped(comparison.message ?? `${comparison.tensor}: ${part.toPrecision(2)} of the tolerance`);
    return (
      `<g><title>${title}</title><text x="${labels - 6}" y="${i * row + 11}" text-anchor="end">${escaped(comparison.tensor)}</text>` +
      `<rect class="bar${over}" x="${labels}" y="${i * row + 2}" width="${(end - labels).toFixed(1)}" height="${row - 5}"/></g>`
    );
  });
  const height = comparisons.length * row;
  const limit = place(0);
  return (
    `<svg viewBox="0 0 ${width} ${height + 16}" role="img" aria-label="error in parts of the tolerance, by tensor">${bars.join("")}` +
    `<line class="limit" x1="${limit}" x2="${limit}" y1="0" y2="${height}"/>` +
    `<text x="${limit}" y="${height + 12}" text-anchor="middle">tolerance</text>` +
    `<text x="${labels}" y="${height + 12}">${10 ** least} of it</text></svg>`
  );
}

function line({ tensor, maxAbs, maxRel, tolerance, normRel, normTolerance, ratio, message }: Comparison): string {
  const cells = [maxAbs, maxRel, tolerance, normRel, normTolerance].map((value) => value?.toExponential(1) ?? "");
  const numbers = [...cells, ratio?.toPrecision(2) ?? ""].map((cell) => `<td class="number">${cell}</td>`).join("");
  return `<tr${message === undefined ? "" : ' class="failed"'}><td>${escaped(tensor)}</td>${numbers}</tr>`;
}

const head = ["absolute", "largest norm", "tolerance", "Euclidean norm", "tolerance", "× torch float32's own"];

function section(one: CaseReport): string {
  const { suite, id, status, message, note, worst } = one;
  const comparisons = one.comparisons ?? (worst === null ? [] : [worst]);
  const columns = head.map((name) => `<th class="number">${name}</th>`).join("");
  const part =
    worst === null ? "" : ` · ${severityOf(worst).toPrecision(2)} of its tolerance in ${escaped(worst.tensor)}`;
  return (
    `<details${status === "failed" ? " open" : ""}><summary><span class="${status}">${status}</span> ` +
    `${escaped(suite)}/${escaped(id)}${part}</summary>` +
    (message === undefined ? "" : `<p class="message">${escaped(message)}</p>`) +
    (note === undefined ? "" : `<p>${escaped(note)}</p>`) +
    picture(comparisons) +
    `<table><thead><tr><th>tensor</th>${columns}</tr></thead><tbody>${comparisons.map(line).join("")}</tbody></table></details>`
  );
}

/** The report as one page that needs nothing else: worst cases first, the error of each tensor drawn. */
export function htmlPage({ cases, passed, failed }: Report): string {
  const order = (one: CaseReport) =>
    (one.worst === null ? -1 : severityOf(one.worst)) + (one.status === "failed" ? 1e9 : 0);
  const sorted = cases.toSorted((a, b) => Math.min(order(b), 2e9) - Math.min(order(a), 2e9));
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>Conformance: ${passed} passed, ${failed} failed</title><style>${style}</style></head><body>` +
    `<h1>Conformance: ${passed} passed, <span class="${failed > 0 ? "failed" : "passed"}">${failed} failed</span></h1>` +
    `<p>Each tolerance is 3 times the largest of: the reference's own error in float32, what one float32 ulp in the inputs ` +
    `changes in float64, and the rounding of a sum. Bars show each error in parts of its tolerance.</p>` +
    `${sorted.map(section).join("\n")}</body></html>\n`
  );
}
