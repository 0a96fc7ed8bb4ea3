import { escaped } from "../../markup.ts";
import type { LedgerEntry, LedgerReport } from "./entries.ts";

const heads = ["function", "bridged", "twin", "state", "since", "worst", "speed"] as const;

/** One entry's cells, as texts. */
function cells({ name, bridged, twin, state, proof }: LedgerEntry): string[] {
  const speed = proof?.speed ? `${(proof.speed.bridged / proof.speed.native).toPrecision(2)}x` : "";
  const words = { conforms: "conforms", departs: "DEPARTS", none: "" };
  const worst = proof?.worst === undefined || proof.worst === null ? "" : proof.worst.toPrecision(2);
  return [name, bridged, twin ?? "", words[state], proof?.since?.slice(0, 10) ?? "", worst, speed];
}

function summary({ module, functions, twins, conforming }: LedgerReport): string {
  return `${module}: ${functions} functions, ${twins} with a twin, ${conforming} of these conform`;
}

/** What there is to say of an entry below its line. */
function remarks({ proof, problems }: LedgerEntry): string[] {
  return [...problems, ...(proof?.message ? [proof.message] : [])];
}

/** The ledger for a terminal. */
export function ledgerTable(report: LedgerReport): string {
  const rows = report.entries.map(cells);
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  const body = report.entries.flatMap((entry, i) => [
    line(rows[i] ?? []),
    ...remarks(entry).map((remark) => `    ${remark}`),
  ]);
  return [line(heads), ...body, "", summary(report)].join("\n");
}

/** A badge: how many of the module's functions have a twin that conforms. */
export function ledgerBadge({ functions, conforming, entries }: LedgerReport): string {
  const departs = entries.some(({ state }) => state === "departs");
  const words = `${conforming} of ${functions} conform${departs ? ", some depart" : ""}`;
  const [left, right] = [50, 14 + 6.6 * words.length];
  const colour = departs ? "#b34700" : "#0059a3";
  const text = (x: number, said: string) =>
    `<text x="${x}" y="14" text-anchor="middle" fill="#fff" font-family="Verdana, sans-serif" font-size="11">${said}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="ported: ${words}">` +
    `<title>ported: ${words}</title><rect width="${left + right}" height="20" rx="3" fill="#555"/>` +
    `<path d="M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-${right - 3}z" fill="${colour}"/>` +
    `${text(left / 2, "ported")}${text(left + right / 2, words)}</svg>\n`
  );
}

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --line: #8886; --good: #0059a3; --bad: #b34700; }
@media (prefers-color-scheme: dark) { :root { --good: #7cc0f5; --bad: #ff9a57; } }
body { max-width: 66rem; margin: 2rem auto; padding: 0 1rem; } h1 { font-size: 1.5rem; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.conforms { color: var(--good); } .departs { color: var(--bad); font-weight: 600; } .remark { color: var(--bad); }
code { font-family: ui-monospace, monospace; font-size: .92em; }`;

/** The ledger as one page that needs nothing else. */
export function ledgerPage(report: LedgerReport): string {
  const row = (entry: LedgerEntry) => {
    const [name = "", bridged = "", twin = "", state = "", ...rest] = cells(entry).map(escaped);
    const remark = remarks(entry).map((text) => `<div class="remark">${escaped(text)}</div>`);
    return (
      `<tr><td><code>${name}</code>${remark.join("")}</td><td>${bridged}</td><td><code>${twin}</code></td>` +
      `<td class="${entry.state}">${state}</td>${rest.map((cell) => `<td>${cell}</td>`).join("")}</tr>`
    );
  };
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escaped(summary(report))}</title><style>${style}</style></head><body><h1>${escaped(report.module)}</h1>` +
    `<p>${escaped(summary(report))}. <em>Worst</em>: the largest error, in units of its tolerance. <em>Speed</em>: how many ` +
    `times as fast the twin is as Python's function called from TypeScript.</p><div class="scroll"><table><thead><tr>` +
    `${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${report.entries.map(row).join("\n")}</tbody>` +
    `</table></div></body></html>\n`
  );
}
