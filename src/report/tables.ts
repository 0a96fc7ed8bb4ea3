import { optionsOf } from "../experiments/compare-runs.ts";
import { estimate, shownEstimate } from "../experiments/sweep/table.ts";
import { jsonText } from "../json.ts";
import type { Group, Grouping } from "./groups.ts";
import { listHtml, nothing, saying, tableHtml } from "./markup.ts";
import { type JudgedRun, type Measure, measures, valuesOf } from "./measures.ts";

/** What was run, a row a run. */
export function runsTable(runs: readonly JudgedRun[]): string {
  const head = ["run", "status", "epochs", "network", "data", "began", "tags", "notes"];
  const rows = runs.map(({ name, summary: { status, record, epochs, failure } }) => [
    name,
    failure === null ? status : `${status}: ${failure}`,
    `${epochs} of ${record.fit.epochs}`,
    record.model.bayesian ? record.model.kind : `${record.model.kind}, plain`,
    `${record.data.name}, ${record.data.trainImages} training and ${record.data.testImages} test images`,
    record.started.slice(0, 16).replace("T", " "),
    record.tags.join(", ") || nothing,
    record.notes ?? nothing,
  ]);
  return tableHtml("runs", ...saying(head, rows));
}

/** Options in which groups differ, then what came of each: a few groups are columns, many are rows. */
export function resultTables({ groups, differences }: Grouping<JudgedRun>, runs: readonly JudgedRun[]): string[] {
  const present = measures.filter((measure) => valuesOf(measure, runs).length > 0);
  const shown = (measure: Measure, group: Group<JudgedRun>) => {
    const values = valuesOf(measure, group.runs);
    return values.length === 0 ? nothing : shownEstimate(estimate(values));
  };
  const options = differences.map(({ option, values }) => ({
    title: option,
    of: ({ runs: [first] }: Group<JudgedRun>) =>
      plain(values[runs.findIndex(({ folder }) => folder === first?.folder)]),
  }));
  const columns = [
    ...(groups.length > 1 || runs.length > 1
      ? [{ title: "runs", of: (group: Group<JudgedRun>) => String(group.runs.length) }]
      : []),
    ...options,
    ...present.map((measure) => ({ title: measure.title, of: (group: Group<JudgedRun>) => shown(measure, group) })),
  ];
  if (groups.length <= columnsAtMost) {
    const rows = columns.map(({ title, of }) => [title, ...groups.map(of)]);
    return [tableHtml("results", ["number", ...groups.map(({ name }) => name)], rows)];
  }
  return chunked(columns, columnsAtMost).map((some, n) =>
    tableHtml(
      `results, part ${n + 1}`,
      ["runs", ...some.map(({ title }) => title)],
      groups.map((group) => [group.name, ...some.map(({ of }) => of(group))]),
    ),
  );
}

/** As many as stand side by side on paper. */
const columnsAtMost = 5;

function chunked<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}

/** The options that all runs have in common. */
export function commonOptions(runs: readonly JudgedRun[]): string {
  const all = runs.map(({ summary }) => optionsOf(summary.record));
  const [first = new Map<string, unknown>()] = all;
  const common = [...first].filter(([option, value]) =>
    all.every((one) => jsonText(one.get(option)) === jsonText(value)),
  );
  return listHtml(common.map(([option, value]) => [option, plain(value)]));
}

/** What computed, and how it was called. */
export function versionsTable(runs: readonly JudgedRun[]): string {
  const head = ["run", "adsam", "backend", "device", "machine", "git commit", "command"];
  const rows = runs.map(({ name, summary: { record } }) => {
    const { version, backend, environment, git, command } = record;
    const parts = Object.entries(backend.versions).map(([part, its]) => `${part} ${its}`);
    return [
      name,
      version,
      [...new Set([backend.backend, ...parts])].join(", "),
      backend.deviceName,
      environment === null ? nothing : `${environment.host}, ${environment.platform}, Node ${environment.node}`,
      git === null ? nothing : `${git.commit?.slice(0, 12) ?? "none"}${git.dirty ? ", changed" : ""}`,
      command.join(" ") || nothing,
    ];
  });
  return tableHtml("versions", ...saying(head, rows));
}

/** What the table of runs begins with. */
export const runsTableHead = ["run", "series"] as const;

/** Every measure of every run, and of every group, as rows of CSV files. */
export function resultRows({ groups }: Grouping<JudgedRun>): Readonly<Record<"runs" | "comparison", unknown[][]>> {
  const names = measures.map(({ name }) => name);
  return {
    runs: [
      [...runsTableHead, ...names],
      ...groups.flatMap((group) =>
        group.runs.map((run) => [run.name, group.name, ...measures.map((measure) => valuesOf(measure, [run])[0])]),
      ),
    ],
    comparison: [
      ["series", "runs", ...names.flatMap((name) => [name, `${name} (standard error)`])],
      ...groups.map(({ name, runs }) => [
        name,
        runs.length,
        ...measures.flatMap((measure) => {
          const values = valuesOf(measure, runs);
          if (values.length === 0) return [undefined, undefined];
          const { mean, standardError } = estimate(values);
          return [mean, standardError];
        }),
      ]),
    ],
  };
}

function plain(value: unknown): string {
  if (value === undefined) return nothing;
  return typeof value === "string" ? value : jsonText(value);
}
