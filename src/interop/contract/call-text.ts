import type { CallContract, ParameterContract, PythonTypeTree } from "./contract.ts";
import { identifier, key } from "./identifiers.ts";
import { shapeOf } from "./shape.ts";
import { unionText } from "./type-text.ts";

/** Writes the type of what Python is given. */
type Written = (type: PythonTypeTree) => string;

/** The parameters of each form that a call has in TypeScript: nothing may stand after a rest but in a form of its own. */
export function formsOf({ parameters }: CallContract, written: Written): string[] {
  const { places, rest, options, others } = shapeOf(parameters);
  const taken = new Set<string>();
  const free = (wish: string) => {
    let name = identifier(wish);
    while (taken.has(name)) name += "_";
    taken.add(name);
    return name;
  };
  const firsts = places.map(({ name, required, type }) => `${free(name)}${required ? "" : "?"}: ${written(type)}`);
  const object = optionsText(options, others, written);
  if (rest === undefined) {
    const optional = options.some(({ required }) => required) ? "" : "?";
    return [[...firsts, ...(object === undefined ? [] : [`${free("options")}${optional}: ${object}`])].join(", ")];
  }
  const more = written(rest.type);
  const name = free(rest.name);
  const named = `readonly [...values: (${more})[], options: adsam.Keywords<${object}>]`;
  return [`readonly (${more})[]`, ...(object === undefined ? [] : [named])].map((last) =>
    [...firsts, `...${name}: ${last}`].join(", "),
  );
}

/** The object of what is given by name; undefined where nothing is. */
function optionsText(
  options: readonly ParameterContract[],
  others: ParameterContract | undefined,
  written: Written,
): string | undefined {
  const types = options.map(({ required, type }) => `${written(type)}${required ? "" : " | undefined"}`);
  const fields = options.map(({ name, required }, i) => `readonly ${key(name)}${required ? "" : "?"}: ${types[i]}`);
  if (others !== undefined) {
    // What TypeScript has for all other names it has for every name.
    fields.push(`readonly [name: string]: ${unionText([written(others.type), ...types])}`);
  }
  return fields.length === 0 ? undefined : `{ ${fields.join("; ")} }`;
}
