import type { Dataset } from "../data/dataset.ts";
import type { DataDescription, PartDescription } from "../data/describe.ts";
import { drawGrey, greyOf, sideBySide } from "./picture.ts";

const namesShown = 20;
const leftOutShown = 20;

/** What is understood of a data set as a person reads it, with an image of each of the first `show` classes. */
export function showDescription(description: DataDescription, data: Dataset, show: number, width: number): string {
  const { source, format, name, image, dtype, networks, normalization, leaked } = description;
  const rows: [string, string][] = [
    ["data", source === name ? name : `${name}, ${source}`],
    ["", format],
    ["images", `${image.join("x")} of ${dtype}`],
    ["networks", networks.length === 0 ? "none takes images of this size: --resize 32" : networks.join(", ")],
    ["classes", classesOf(description)],
    ["to train on", partOf(description.train)],
    ["to test on", partOf(description.test)],
    ...(leaked === 0 ? [] : [["", `${leaked} of them are to train on as well`] as [string, string]]),
    ["pixels", description.train.channels.map(({ lowest, highest }) => `${lowest} to ${highest}`).join(", ")],
    ["mean", description.train.channels.map(({ mean }) => mean.toFixed(2)).join(", ")],
    ["deviation", description.train.channels.map(({ std }) => std.toFixed(2)).join(", ")],
    ["normalised", normalization === null ? "they are a network's input already" : normalised(normalization)],
    ...description.remarks.map((remark): [string, string] => ["note", remark]),
    ...leftOut(description),
  ];
  const table = rows.map(([head, text]) => `${head.padEnd(14)}${text}`).join("\n");
  return show === 0 ? table : `${table}\n\n${samples(description, data, show, width)}`;
}

function normalised({ scale, mean, std }: NonNullable<DataDescription["normalization"]>): string {
  return `(pixel / ${scale} - [${mean.map(short).join(", ")}]) / [${std.map(short).join(", ")}]`;
}

function short(value: number): string {
  return String(Number(value.toFixed(4)));
}

function classesOf({ classes, classNames }: DataDescription): string {
  if (classNames === null) return `${classes}`;
  const more = classNames.length > namesShown ? ", …" : "";
  return `${classes}: ${classNames.slice(0, namesShown).join(", ")}${more}`;
}

function partOf({ images, perClass, repeated }: PartDescription): string {
  const [least, most] = perClass.reduce(
    ([low, high], count) => [Math.min(low, count), Math.max(high, count)],
    [images, 0],
  );
  const each = least === most ? `${least} of each class` : `${least} to ${most} of each class`;
  return `${images}, ${each}${repeated === 0 ? "" : `; ${repeated} of them repeat another`}`;
}

function leftOut({ leftOut: all }: DataDescription): [string, string][] {
  const rows = all.slice(0, leftOutShown).map(({ what, why, corrupt }): [string, string] => {
    return [corrupt ? "corrupt" : "left out", `${what}: ${why}`];
  });
  const corrupt = all.filter((one) => one.corrupt).length;
  return [
    ...rows,
    ...(all.length > leftOutShown ? [["", `and ${all.length - leftOutShown} more`] as [string, string]] : []),
    ...(corrupt > 0
      ? [["", `training refuses the ${corrupt} corrupt ones, unless --corrupt skip is given`] as [string, string]]
      : []),
  ];
}

function samples({ train, classNames }: DataDescription, data: Dataset, show: number, width: number): string {
  const blocks = train.firstOfClass.slice(0, show).flatMap((image, label) => {
    if (image === null) return [];
    return [[`${classNames?.[label] ?? label}`, ...drawGrey(greyOf(data.train.images, image, data.normalization))]];
  });
  return sideBySide(blocks, width);
}
