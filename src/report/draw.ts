import type { TopLevelSpec } from "vega-lite";
import { escaped } from "../markup.ts";
import { type Chart, inks, seriesInks } from "./chart.ts";

const font = "system-ui, sans-serif";
const { text, faint, middle } = inks;

const config = {
  aria: false,
  background: "transparent",
  font,
  view: { stroke: null },
  axis: {
    domainColor: middle.light,
    tickColor: middle.light,
    gridColor: faint.light,
    labelColor: text.light,
    titleColor: text.light,
    titleFontWeight: "normal",
    labelFontSize: 11,
    titleFontSize: 12,
  },
  legend: { labelColor: text.light, titleColor: text.light, labelFontSize: 11, symbolStrokeWidth: 2 },
} as const;

/** Draws charts as SVG, in the colours of a light page. Roles are left out: a picture is described as a whole. Vega is loaded by the first. */
export async function drawn({ rows, spec }: Chart): Promise<string> {
  const [{ parse, View }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const whole = { ...spec, data: { values: rows }, config, padding: 4 } as TopLevelSpec;
  const view = new View(parse(compile(whole).spec), { renderer: "none" });
  try {
    return (await view.toSVG()).replaceAll(/ (?:role|aria-roledescription)="[^"]*"/g, "");
  } finally {
    view.finalize();
  }
}

/** All colours of pictures, by the name that they have in the page's style. */
export const colours = {
  ...inks,
  ...Object.fromEntries(seriesInks.map((ink, n) => [`series-${n}`, ink])),
} as Readonly<Record<string, { readonly light: string; readonly dark: string }>>;

/** A picture in the page: as wide as there is room, coloured by the page's style, one image to a screen reader. */
export function embedded(svg: string, label: string): string {
  const coloured = Object.entries(colours).reduce(
    (picture, [name, { light }]) => picture.replaceAll(light, `var(--${name})`),
    svg,
  );
  return coloured.replace("<svg ", () => `<svg role="img" aria-label="${label}" `);
}

/** A picture as a file of its own: on white, and described. */
export function standalone(svg: string, { title, about }: Chart): string {
  const described = `<title>${escaped(title)}</title><desc>${escaped(about)}</desc>`;
  return svg.replace(/>/, () => `>${described}<rect width="100%" height="100%" fill="white"/>`);
}
