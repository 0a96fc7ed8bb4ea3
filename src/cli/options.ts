import { type Command, Option } from "commander";
import type * as z from "zod";
import { AdsamError } from "../errors.ts";
import { fieldOf } from "./field.ts";

/** How an option is written, where that is not its name in the schema alone. */
export interface Spelling {
  readonly short?: string;
  /** Other spellings that work but are not shown. */
  readonly aliases?: readonly string[];
  /** Takes several values in a row too, of a command without arguments. */
  readonly variadic?: boolean;
  /** Names of the options that would be ignored beside it, and are refused. */
  readonly conflicts?: readonly string[];
}

/** Fields of a schema as options, under one heading of the help. */
export interface OptionGroup {
  readonly heading: string;
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly spellings?: Readonly<Record<string, Spelling>>;
}

/** An option whose value is stored under a name other than its own. */
class NamedOption extends Option {
  readonly #attribute: string;

  constructor(flags: string, description: string, attribute: string) {
    super(flags, description);
    this.#attribute = attribute;
  }

  override attributeName(): string {
    return this.#attribute;
  }
}

export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function optionsOf(
  name: string,
  schema: z.ZodType,
  { short, aliases = [], conflicts = [], variadic = false }: Spelling,
): Option[] {
  const field = fieldOf(schema);
  const long = `--${kebabCase(name)}`;
  const no = `--no-${kebabCase(name)}`;
  const negatable = field.flag === "negatable";
  const remarks = negatable ? [`or ${no}`, ...field.remarks] : field.remarks;
  const help = `${field.about}${remarks.length > 0 ? ` (${remarks.join("; ")})` : ""}`.trim();
  const value = field.flag === "none" ? ` <${field.placeholder}${variadic ? "..." : ""}>` : "";
  const spell = (spelling: string) => {
    const option = new NamedOption(`${spelling}${value}`, help, name).conflicts([...conflicts]);
    return value === "" ? option : option.argParser((text, earlier) => added(earlier, field.parse(text, long), long));
  };
  return [
    spell(short === undefined ? long : `${short}, ${long}`),
    ...(negatable ? [new NamedOption(no, help, name).hideHelp()] : []),
    ...aliases.map((alias) => spell(alias).hideHelp()),
  ];
}

/** A list goes on where an option is given again; of two other values one would be ignored. */
function added(earlier: unknown, value: unknown, flags: string): unknown {
  if (earlier === undefined) return value;
  if (Array.isArray(earlier) && Array.isArray(value)) return [...earlier, ...value];
  throw new AdsamError("usage", `${flags}: expected one value, got ${earlier} and ${value}`, {
    suggestion: `give ${flags} once`,
  });
}

/** Adds an option for every field of the groups' shapes: `stepSize` becomes `--step-size`. */
export function addOptions(command: Command, groups: readonly OptionGroup[]): void {
  for (const { heading, shape, spellings = {} } of groups) {
    for (const [name, schema] of Object.entries(shape)) {
      if (fieldOf(schema).flag === "negatable") refuseOpposites(command, name); // before their own listeners
      for (const option of optionsOf(name, schema, spellings[name] ?? {})) command.addOption(option.helpGroup(heading));
    }
  }
}

/** Of a flag and its opposite one would be ignored. */
function refuseOpposites(command: Command, name: string): void {
  const flag = kebabCase(name);
  const refuse = (opposite: boolean) => () => {
    if (command.getOptionValue(name) !== opposite) return;
    throw new AdsamError("usage", `expected one of --${flag} and --no-${flag}, got both`);
  };
  command.on(`option:${flag}`, refuse(false));
  command.on(`option:no-${flag}`, refuse(true));
}

/** Names of the options that were given, whatever their spelling. */
export function givenOptions(command: Command): string[] {
  return Object.keys(command.opts());
}
