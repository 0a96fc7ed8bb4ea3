import { escaped } from "../markup.ts";

/** A table that scrolls by itself where it is wider than the page; its first column names the rows. */
export function tableHtml(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = head.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
  const body = rows.map(
    ([name = "", ...cells]) =>
      `<tr><th scope="row">${escaped(name)}</th>${cells.map((text) => `<td>${escaped(text)}</td>`).join("")}</tr>`,
  );
  return (
    `<div class="table" tabindex="0" role="region" aria-label="${escaped(caption)}"><table>` +
    `<thead><tr>${titles}</tr></thead><tbody>${body.join("")}</tbody></table></div>`
  );
}

/** Names and values, in as many columns as there is room for. */
export function listHtml(entries: readonly (readonly [name: string, value: string])[]): string {
  const items = entries.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`);
  return `<dl>${items.join("")}</dl>`;
}

/** Of columns that say nothing of any row, none. */
export function saying(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): [head: string[], rows: string[][]] {
  const kept = head.map((_, column) => rows.some((row) => row[column] !== nothing));
  const only = (cells: readonly string[]) => cells.filter((_, column) => kept[column]);
  return [only(head), rows.map(only)];
}

/** Stands in a cell where there is nothing. */
export const nothing = "-";

/** A part of the page; without contents there is none. */
export function section(title: string, parts: readonly string[]): string {
  const contents = parts.filter((part) => part !== "").join("\n");
  return contents === "" ? "" : `<section>\n<h2>${escaped(title)}</h2>\n${contents}\n</section>`;
}

export function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`;
}
