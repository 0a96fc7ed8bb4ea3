import type { TopLevelSpec } from "vega-lite";

/** A row of what is drawn, as its CSV file has it. */
export type Row = Readonly<Record<string, string | number | null>>;

/** Numbers, and how they are drawn. */
export interface Chart {
  /** Of its files, without their ending. */
  readonly name: string;
  /** What it is of. */
  readonly title: string;
  /** What it shows, in words for who sees it and for who does not. */
  readonly about: string;
  /** What is drawn. */
  readonly rows: readonly Row[];
  /** How: Vega-Lite, the data left out. */
  readonly spec: WithoutData<TopLevelSpec>;
}

/** Of each kind of specification by itself. */
type WithoutData<Spec> = Spec extends unknown ? Omit<Spec, "data"> : never;

/** What a part of a picture is coloured for; the page has each in light and in dark. */
export const inks = {
  text: { light: "#1b1f24", dark: "#e8eaed" },
  faint: { light: "#d4d8dd", dark: "#3c4148" },
  middle: { light: "#66707b", dark: "#9aa3ad" },
} as const;

/**
 * Colours of series: told apart by who sees no red, green or blue (after M. Okabe and K. Ito, "Color Universal Design", 2008),
 * at least 3 : 1 against the page.
 */
export const seriesInks = [
  { light: "#0072b2", dark: "#56b4e9" },
  { light: "#c75000", dark: "#f08c3a" },
  { light: "#00795b", dark: "#2fc79b" },
  { light: "#a8468f", dark: "#e69acb" },
  { light: "#866a00", dark: "#e3c53a" },
  { light: "#5a6270", dark: "#b3bac4" },
] as const;

const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [9, 3, 2, 3],
  [4, 2],
  [12, 4],
];
const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/** The `n`th of a list that begins anew, one further each time: two lists of one length then come together once in n * n. */
const around = <T>(list: readonly [T, ...T[]] | readonly T[], n: number, turn = 0): T =>
  list[(n + turn * Math.floor(n / list.length)) % list.length] as T;

/** Colour, dash and shape of each series, so that colour alone never tells. */
export function seriesScales(names: readonly string[]) {
  const legend = {
    orient: "bottom",
    columns: names.some((name) => name.length > 24) ? 1 : 2,
    labelLimit: 320,
    title: null,
    symbolType: "stroke",
    symbolOpacity: 1,
  } as const;
  const shown = names.length > 1 ? legend : null;
  const scale = <T>(list: readonly T[], turn: number) => ({
    domain: [...names],
    range: names.map((_, n) => around(list, n, turn)),
  });
  return {
    color: {
      field: "series",
      type: "nominal",
      scale: scale(
        seriesInks.map(({ light }) => light),
        0,
      ),
      legend: shown,
    },
    strokeDash: { field: "series", type: "nominal", scale: scale(dashes, 1), legend: shown },
    shape: { field: "series", type: "nominal", scale: scale(shapes, 1), legend: shown },
  } as const;
}

/** Of a chart that stands beside others, as on paper and a phone. */
export const usualSize = { width: 320, height: 210 } as const;
