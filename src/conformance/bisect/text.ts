import type { Bisection } from "./bisect.ts";
import type { Departure } from "./departure.ts";

function place({ quantity, place: where, name }: Pick<Departure, "quantity" | "place" | "name">): string {
  return quantity === name ? `${name} (${where})` : `${quantity} of ${name} (${where})`;
}

function lines({ departure, agreed, lastAgreeing }: Bisection): string[] {
  if (departure === null) return [`nothing departs: ${agreed} tensors and numbers agree`];
  const { shape, worst, error, tolerance, picture, hint } = departure;
  return [
    `first departure: ${place(departure)}, shape [${shape}]`,
    ...(worst === null
      ? []
      : [
          `  at [${worst.index}]: left ${worst.left}, right ${worst.right}`,
          `  error ${error.toExponential(1)} of the largest value, tolerance ${tolerance.toExponential(1)}`,
        ]),
    ...(hint === null ? [] : [`  looks like: ${hint}`]),
    `  ${agreed} agreed before it${lastAgreeing === null ? "" : `, the last ${place(lastAgreeing)}`}`,
    ...(picture === ""
      ? []
      : ["", ...picture.split("\n").map((line) => `    ${line}`), "    · agrees  ░▒▓█ error, █ the largest"]),
  ];
}

/** What `bisect` found, for the terminal, with a line end after each line. */
export function formatBisection(bisection: Bisection): string {
  return lines(bisection)
    .map((line) => `${line}\n`)
    .join("");
}
