import { relative } from "node:path";
import type { ChainStep, PortBisection, PortDeparture, SourceLine } from "./port-bisection.ts";

/** How many operations are told on either side of the one that departs. */
const neighbours = 2;

function place({ file, line, operation }: SourceLine): string {
  const near = relative(process.cwd(), file);
  return `${near.startsWith("..") ? file : near}:${line} (${operation})`;
}

const indented = (text: string) => (text === "" ? [] : [`  ${text}`]);

function lines({ departure, matched, operations, case: name }: PortBisection): string[] {
  const counted = `${matched} of ${operations} operations have counterparts`;
  if (departure === null) return [`nothing departs: ${counted}`];
  const { phase, python, port, fault, unmatched } = departure;
  return [
    `departs ${phase} at ${place(python)}, in case ${name}`,
    ...indented(python.text),
    ...(port === null ? [] : [`in the port: ${place(port)}`, ...indented(port.text)]),
    ...(fault === null ? [] : [`explained by: ${fault.kind} (${fault.detail})`]),
    ...around(departure),
    ...unmatched.map((one) => `without a counterpart too: ${place(one)}`),
    counted,
  ];
}

/** What ran just before and just after, and where the port has it. */
function around({ chains: { python, port } }: PortDeparture): string[] {
  const at = python.findIndex(({ status }) => status === "departs");
  const nearby = python.slice(Math.max(0, at - neighbours), at + neighbours + 1);
  const told = (step: ChainStep) => {
    if (step.status === "departs") return `  > ${place(step)}`;
    const other = step.counterpart === null ? undefined : port[step.counterpart];
    const verdict = step.status === "met" ? "has its counterpart" : "has none";
    return `    ${place(step)} ${other === undefined ? verdict : `is ${place(other)}`}`;
  };
  return ["around it:", ...nearby.map(told)];
}

/** What `bisectPort` found, for the terminal, with a line end after each line. */
export function formatPortBisection(bisection: PortBisection): string {
  return lines(bisection)
    .map((line) => `${line}\n`)
    .join("");
}
