import { basename } from "node:path";
import { escaped } from "../../markup.ts";
import type { ChainStep, Chains, PortBisection, PortDeparture, SourceLine } from "./port-bisection.ts";

const [width, column, margin] = [960, 420, 20];
const [top, row, box] = [96, 50, 42];
/** Characters of a line of code that fit into a box. */
const codeLength = 54;

/** For light and dark pages: colours that the colour-blind tell apart (Okabe and Ito's), and strokes and words that say the same. */
const [light, dark] = [
  { page: "#fff", ink: "#1a1a1a", faint: "#595959", met: "#0072b2", unmet: "#767676", departs: "#b34700" },
  { page: "#18181b", ink: "#f0f0f0", faint: "#b4b4b4", met: "#56b4e9", unmet: "#9a9a9a", departs: "#ff9a57" },
];

/** Without variables, which not all programs that show SVG know. */
function coloured({ page, ink, faint, met, unmet, departs }: typeof light): string {
  return (
    `.page { fill: ${page}; } text { fill: ${ink}; } .faint { fill: ${faint}; } .word { fill: ${departs}; } ` +
    `.met { stroke: ${met}; } .unmet { stroke: ${unmet}; } .departs { stroke: ${departs}; }`
  );
}

const style = `
text { font-family: system-ui, sans-serif; font-size: 13px; } .title { font-size: 16px; font-weight: 600; }
.code { font-family: ui-monospace, monospace; font-size: 12px; } .word { font-weight: 600; }
.step { fill: none; stroke-width: 1.5px; } .unmet { stroke-dasharray: 4 3; } .step.departs { stroke-width: 3.5px; }
.link { fill: none; } .link.departs { stroke-width: 2px; stroke-dasharray: 7 4; }
${coloured(light)}
@media (prefers-color-scheme: dark) { ${coloured(dark)} }`;

/** What `bisectPort` found, as a picture: what ran on both sides, what belongs together, and where they part. One file of SVG. */
export function portBisectionSvg(bisection: PortBisection): string {
  const { departure, matched, operations } = bisection;
  const counted = `case ${bisection.case}: ${matched} of ${operations} operations have counterparts`;
  if (departure === null) return page(80, "Nothing departs", [title("Nothing departs", counted)]);
  const { python, port } = departure.chains;
  const legend = top + row * Math.max(python.length, port.length) + 20;
  const heading = `Departs ${departure.phase} at ${placeOf(departure.python)} (${departure.python.operation})`;
  return page(legend + 24, heading, [
    title(heading, [counted, faultOf(departure)].filter((text) => text !== "").join(" · ")),
    text(margin, top - 12, "Python", "title"),
    text(width - margin - column, top - 12, "the port", "title"),
    ...links(departure.chains),
    ...python.map((step, i) => drawn(step, margin, i)),
    ...port.map((step, i) => drawn(step, width - margin - column, i)),
    text(
      margin,
      legend,
      "solid: the other side has its numbers · dashed: it has not · thick: where the two part",
      "faint",
    ),
  ]);
}

function page(height: number, label: string, parts: readonly string[]): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-label="${escaped(label)}"><style>${style}\n</style>` +
    `<rect class="page" width="${width}" height="${height}"/>\n${parts.join("\n")}\n</svg>\n`
  );
}

function text(x: number, y: number, words: string, classes = "", anchor = "start"): string {
  return `<text x="${x}" y="${y}" class="${classes}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

function title(heading: string, below: string): string {
  return text(margin, 30, heading, "title") + text(margin, 52, below, "faint");
}

function faultOf({ fault }: PortDeparture): string {
  return fault === null ? "" : `explained by ${fault.kind}: ${fault.detail}`;
}

function placeOf({ file, line }: SourceLine): string {
  return `${basename(file)}:${line}`;
}

const heightOf = (index: number) => top + row * index;

function drawn(step: ChainStep, x: number, index: number): string {
  const { operation, status, text: code } = step;
  const y = heightOf(index);
  const cut = code.length > codeLength ? `${code.slice(0, codeLength - 1)}…` : code;
  const place = status === "departs" ? `departs · ${placeOf(step)}` : placeOf(step);
  return (
    `<g><title>${escaped(`${operation} at ${placeOf(step)}\n${code}`)}</title>` +
    `<rect class="step ${status}" x="${x}" y="${y}" width="${column}" height="${box}" rx="6"/>` +
    text(x + 10, y + 17, operation) +
    text(x + column - 10, y + 17, place, status === "departs" ? "word" : "faint", "end") +
    `${text(x + 10, y + 34, cut, "code")}</g>`
  );
}

/** Between what has the same numbers; and between the two that part. */
function links({ python, port }: Chains): string[] {
  const departing = port.findIndex(({ status }) => status === "departs");
  return python.flatMap(({ status, counterpart }, i) => {
    const other = status === "departs" ? departing : counterpart;
    if (other === null || other < 0) return [];
    const [from, to] = [margin + column, width - margin - column];
    const [y, end] = [heightOf(i) + box / 2, heightOf(other) + box / 2];
    const middle = (from + to) / 2;
    const curve = `M${from} ${y}C${middle} ${y} ${middle} ${end} ${to} ${end}`;
    return [`<path class="link ${status === "departs" ? "departs" : "met"}" d="${curve}"/>`];
  });
}
