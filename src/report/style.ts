import { colours } from "./draw.ts";

const shades = (which: "light" | "dark") =>
  Object.entries(colours)
    .map(([name, ink]) => `--${name}: ${ink[which]};`)
    .join(" ");

const light = `${shades("light")} --page: #ffffff; --panel: #f5f6f8; --link: #00568a;`;
const dark = `${shades("dark")} --page: #14171a; --panel: #1d2125; --link: #7cc4f0;`;

/** Of the page: light and dark as the reader's system is, light on paper. */
export const style = `
:root { color-scheme: light dark; ${light} font: 16px/1.5 system-ui, sans-serif; }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--text); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.charts { display: grid; gap: 1.5rem 2rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); align-items: start; }
figure { margin: 0; break-inside: avoid; }
.charts > figure { max-width: 30rem; }
.charts > figure > svg { display: block; width: 100%; height: auto; }
figcaption { font-size: .875rem; }
figcaption strong { display: block; font-size: 1rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid var(--faint); }
th[scope="row"], td { min-width: 5rem; max-width: 24rem; overflow-wrap: break-word; }
dl { columns: 24rem auto; column-gap: 2rem; font-size: .875rem; margin: 0; }
dl > div { display: flex; gap: 1rem; break-inside: avoid; border-bottom: 1px solid var(--faint); padding: .2rem 0; }
dt { flex: 0 0 11rem; font-weight: 600; overflow-wrap: anywhere; } dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
thead th { white-space: nowrap; }
.images { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); list-style: none; margin: .25rem 0 1rem; padding: 0; }
.images li { font-size: .8rem; line-height: 1.35; break-inside: avoid; }
.images img { display: block; width: 5rem; height: 5rem; object-fit: contain; image-rendering: pixelated; background: var(--panel); margin-bottom: .25rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media print {
  @page { margin: 14mm; }
  :root { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  .charts { grid-template-columns: 1fr 1fr; gap: 1rem; }
  .table { overflow: visible; }
  thead { display: table-header-group; }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
}`;
