import type { PortBisection, SourceLine } from "./bisect-port.ts";

function place({ file, line, operation }: SourceLine): string {
  return `${file}:${line} (${operation})`;
}

function lines({ departure, matched, operations }: PortBisection): string[] {
  const counted = `${matched} of ${operations} operations have counterparts`;
  if (departure === null) return [`nothing departs: ${counted}`];
  const { phase, python, port, fault, unmatched, before } = departure;
  return [
    `departs ${phase} at ${place(python)}`,
    `  ${python.text}`,
    ...(port === null ? [] : [`  in the port: ${place(port)}`]),
    ...(fault === null ? [] : [`  explained by: ${fault.kind} (${fault.detail})`]),
    ...before.map((one) => `  agrees before it: ${place(one)}`),
    ...unmatched.map((one) => `  without a counterpart too: ${place(one)}`),
    `  ${counted}`,
  ];
}

/** What `bisectPort` found, for the terminal, with a line end after each line. */
export function formatPortBisection(bisection: PortBisection): string {
  return lines(bisection)
    .map((line) => `${line}\n`)
    .join("");
}
