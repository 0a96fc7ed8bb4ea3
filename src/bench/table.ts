import { type Figure, meetsTarget, type Target, type Unmeasured } from "./figure.ts";
import type { BenchReport, Machine, SuiteReport } from "./report.ts";

/** The first line of a report. */
export function headLine({ cpu, cores, device, deviceName, threads }: Machine): string {
  const where = device === "cpu" ? "" : `; ${deviceName} (${device})`;
  return `${cpu}, ${cores} cores, ${threads} threads${where}: median (minimum to maximum; count)`;
}

/** A suite's figures, one a line, and what is missing. */
export function suiteText({ name, about, seconds, figures, unmeasured, failure }: SuiteReport): string {
  const width = Math.max(44, ...figures.map((one) => one.name.length));
  return [
    `${name}: ${about} (${seconds.toFixed(0)} s)`,
    ...figures.map((one) => `  ${one.name.padEnd(width)} ${figureText(one)}`.trimEnd()),
    ...unmeasured.map((one) => `  not measured: ${missingText(one)}`),
    ...(failure === null ? [] : [`  failed: ${failure}`]),
  ].join("\n");
}

/** The last lines: of what, and what is left out. */
export function tailText({ versions, unmeasured }: BenchReport): string {
  const made = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [made.join(", "), ...unmeasured.map((one) => `not measured: ${missingText(one)}`)].join("\n");
}

/** The figures as a table in Markdown, such as the README's. */
export function markdownTable({ suites }: BenchReport): string {
  const rows = suites.flatMap(({ name, figures }) =>
    figures.map((one) => {
      const spread = `${range(one)}; ${one.count}`;
      return `| ${name} | ${one.name} | ${valueText(one)} (${spread}) | ${targetText(one.target)} |`;
    }),
  );
  return ["| suite | what | median (minimum to maximum; count) | aim |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

function figureText(one: Figure): string {
  const met = meetsTarget(one);
  const verdict = met === null ? "" : `  ${targetText(one.target)}${met ? "" : "  MISSED"}`;
  return `${valueText(one).padStart(12)}  (${range(one)}; ${one.count})${verdict}`;
}

const digits = (value: number): string => (Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3));
const valueText = ({ median, unit }: Figure): string => `${digits(median)} ${unit}`;
const range = ({ minimum, maximum }: Figure): string => `${digits(minimum)} to ${digits(maximum)}`;
const missingText = ({ name, reason }: Unmeasured): string => `${name}: ${reason}`;

function targetText(target: Target | null): string {
  if (target === null) return "";
  return "atLeast" in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
}
