/**
 * Draws the README's picture from a run on the digits: `npx tsx scripts/picture.ts runs/demo-… docs/digits.svg`.
 * The images of which the network is most and least certain, and its accuracy on the part of which it is most certain.
 */
import { writeFile } from "node:fs/promises";
import { type Evaluation, loadDataset, open, openRun, type Tensor } from "../src/index.ts";

const [run, target] = process.argv.slice(2);
if (run === undefined || target === undefined) throw new Error("usage: picture.ts RUN FILE.svg");

const samples = 30;
const [cell, gap, columns] = [7, 16, 5];
const tile = 8 * cell;

/** Grey levels of one image, 0 to 1, row by row. */
function pixels({ data, shape }: Tensor, image: number): number[] {
  const size = (shape[2] ?? 0) * (shape[3] ?? 0);
  const channels = shape[1] ?? 1;
  return Array.from({ length: size }, (_, i) => Number(data[image * channels * size + i]) / 16);
}

function drawn(images: Tensor, image: number, x: number, y: number): string {
  const squares = pixels(images, image).flatMap((grey, i) => {
    const place = `x="${x + (i % 8) * cell}" y="${y + Math.floor(i / 8) * cell}"`;
    return grey === 0 ? [] : [`<rect ${place} width="${cell}" height="${cell}" fill-opacity="${grey.toFixed(2)}"/>`];
  });
  return `<g fill="#1b4f72">${squares.join("")}</g>`;
}

function label(x: number, y: number, text: string, size = 11): string {
  return `<text x="${x}" y="${y}" font-size="${size}">${text}</text>`;
}

function row(title: string, chosen: readonly number[], y: number, images: Tensor, { perImage }: Evaluation): string {
  const tiles = chosen.map((image, i) => {
    const x = gap + i * (tile + gap * 2);
    const confidence = `${((perImage.confidence[image] ?? 0) * 100).toFixed(0)} %`;
    const told = `${perImage.label[image]}, taken for ${perImage.predicted[image]}`;
    return drawn(images, image, x, y + 12) + label(x, y + tile + 28, told) + label(x, y + tile + 42, confidence);
  });
  return label(gap, y, title, 13) + tiles.join("");
}

function curve({ retention, accuracy }: Evaluation, x: number, y: number, width: number, height: number): string {
  const lowest = Math.min(accuracy, ...retention.map((point) => point.accuracy)) - 0.005;
  const place = (kept: number, value: number) =>
    `${(x + kept * width).toFixed(1)},${(y + (height * (1 - value)) / (1 - lowest)).toFixed(1)}`;
  const points = retention.map((point) => place(point.fraction, point.accuracy)).join(" ");
  return [
    label(x, y - 12, "accuracy on the most certain part", 13),
    `<path d="M${x},${y} v${height} h${width}" fill="none" stroke="#888"/>`,
    `<polyline points="${points}" fill="none" stroke="#b9770e" stroke-width="2.5"/>`,
    label(x, y + height + 16, "0 %"),
    label(x + width - 32, y + height + 16, "100 % kept"),
    label(x + 6, y + 12, "100 %"),
    label(x + 6, y + height - 6, `${(lowest * 100).toFixed(1)} %`),
  ].join("");
}

const { files } = await openRun(run);
await using backend = await open();
const model = await backend.load(files.checkpoint);
const digits = await loadDataset("digits");
const found = await model.evaluate(digits, { samples });
const byCertainty = found.perImage.predictiveEntropy
  .map((entropy, image) => ({ entropy, image }))
  .sort((a, b) => a.entropy - b.entropy)
  .map(({ image }) => image);

const [width, height] = [gap + columns * (tile + gap * 2) + 240, 2 * (tile + 74)];
const body = [
  row("most certain", byCertainty.slice(0, columns), 20, digits.test.images, found),
  row("least certain", byCertainty.slice(-columns).reverse(), 20 + tile + 74, digits.test.images, found),
  curve(found, gap + columns * (tile + gap * 2), 40, 210, height - 90),
].join("\n");
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" fill="#555" role="img" aria-label="Digits of which the network is most and least certain">\n${body}\n</svg>\n`;
await writeFile(target, svg);
console.log(
  `accuracy ${found.accuracy.toFixed(4)}, nll ${found.nll.toFixed(3)}, ece ${found.ece.toFixed(3)}: ${target}`,
);
