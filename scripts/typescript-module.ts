/** Renders JSON Schema definitions, as zod writes them, as TypeScript types; what the schemas describe becomes their doc comments. */
import { type Definition, refName } from "./definition.ts";

/** A default makes a field optional in what is given, and is filled in in what comes out of the check. */
export type Side = "input" | "output";

const scalars: Record<string, string> = {
  string: "string",
  boolean: "boolean",
  integer: "number",
  number: "number",
  null: "null",
};

export class TypeScriptModule {
  readonly #definitions: Record<string, Definition>;
  /** Where the types of other modules are, by name. */
  readonly #elsewhere: ReadonlyMap<string, string>;
  readonly #rendered = new Map<string, string>();
  readonly #imported = new Map<string, Set<string>>();

  constructor(definitions: Record<string, Definition>, elsewhere: ReadonlyMap<string, string> = new Map()) {
    this.#definitions = definitions;
    this.#elsewhere = elsewhere;
  }

  /** The types that stand in this module so far. */
  get names(): readonly string[] {
    return [...this.#rendered.keys()];
  }

  /** The module with these definitions and all that they refer to: `<id>`, and of the input `<id>Input` where that is another. */
  render(ids: Readonly<Record<Side, readonly string[]>>): string {
    for (const id of ids.input) this.#name(id, "input");
    for (const id of [...ids.input, ...ids.output]) this.#name(id, "output");
    const imports = [...this.#imported].map(
      ([path, names]) => `import type { ${[...names].sort().join(", ")} } from "${path}";\n`,
    );
    return [imports.join(""), ...this.#rendered.values()].filter((text) => text !== "").join("\n");
  }

  /** What a definition is called, rendered with its first mention. */
  #name(id: string, side: Side): string {
    const definition = this.#definition(id);
    const { inputId = `${id}Input` } = definition;
    const name = side === "input" && this.#hasDefaults(definition) ? inputId : id;
    const path = this.#elsewhere.get(name);
    if (path !== undefined) this.#imported.set(path, (this.#imported.get(path) ?? new Set()).add(name));
    else if (!this.#rendered.has(name)) {
      this.#rendered.set(name, ""); // a place in the order of the first mention
      this.#rendered.set(name, this.#declaration(name, definition, side));
    }
    return name;
  }

  #definition(id: string): Definition {
    const definition = this.#definitions[id];
    if (definition === undefined) throw new Error(`the schema refers to ${id}, which it does not define`);
    return definition;
  }

  #hasDefaults(definition: Definition): boolean {
    if (definition.default !== undefined) return true;
    if (definition.$ref !== undefined) return this.#hasDefaults(this.#definition(refName(definition)));
    const { properties = {}, anyOf = [], oneOf = [], prefixItems = [], items, additionalProperties } = definition;
    const inner = [...Object.values(properties), ...anyOf, ...oneOf, ...prefixItems, items, additionalProperties];
    return inner.some((part) => typeof part === "object" && this.#hasDefaults(part));
  }

  #declaration(name: string, definition: Definition, side: Side): string {
    const doc = comment([definition.description ?? ""]);
    if (definition.properties === undefined) return `${doc}export type ${name} = ${this.#type(definition, side)};\n`;
    return `${doc}export interface ${name} ${this.#fields(definition, side)}\n`;
  }

  #fields({ properties = {}, required = [] }: Definition, side: Side): string {
    const fields = Object.entries(properties).map(([field, definition]) => {
      const given = required.includes(field) || (side === "output" && definition.default !== undefined);
      const type = this.#type(definition, side);
      const doc = comment(
        side === "input" ? [this.#about(definition), defaultTag(definition)] : [this.#what(definition)],
      );
      return `${doc}readonly ${field}${given ? `: ${type}` : `?: ${type} | undefined`};`;
    });
    return `{\n${fields.join("\n")}\n}`;
  }

  #what({ description, $ref }: Definition): string {
    return description ?? ($ref === undefined ? "" : (this.#definition(refName({ $ref })).description ?? ""));
  }

  /** What a field is, and the numbers that may be given for it. */
  #about(definition: Definition): string {
    const inner = definition.anyOf?.find(({ type }) => type !== "null") ?? definition;
    const limits = range(inner.$ref === undefined ? inner : this.#definition(refName(inner)));
    return [this.#what(definition), limits].filter((text) => text !== "").join("; ");
  }

  #type(definition: Definition, side: Side): string {
    if (definition.$ref !== undefined) return this.#reference(refName(definition), side);
    if (definition.const !== undefined) return JSON.stringify(definition.const);
    if (definition.enum) return definition.enum.map((value) => JSON.stringify(value)).join(" | ");
    const union = definition.oneOf ?? definition.anyOf;
    if (union) return union.map((member) => this.#type(member, side)).join(" | ");
    if (definition.prefixItems) {
      return `readonly [${definition.prefixItems.map((item) => this.#type(item, side)).join(", ")}]`;
    }
    if (definition.items) return `readonly ${this.#element(definition.items, side)}[]`;
    if (definition.properties) return this.#fields(definition, side);
    if (typeof definition.additionalProperties === "object") {
      return `Readonly<Record<string, ${this.#type(definition.additionalProperties, side)}>>`;
    }
    const types = definition.type === undefined ? [] : [definition.type].flat();
    return types.length === 0 ? "unknown" : types.map(scalar).join(" | ");
  }

  /** A number or a text goes by no name of its own. */
  #reference(id: string, side: Side): string {
    if (id === "Real") return "number";
    const definition = this.#definition(id);
    return definition.enum === undefined && typeof definition.type === "string" && definition.type in scalars
      ? scalar(definition.type)
      : this.#name(id, side);
  }

  #element(definition: Definition, side: Side): string {
    const type = this.#type(definition, side);
    return type.includes(" ") ? `(${type})` : type;
  }
}

function scalar(type: string): string {
  const found = scalars[type];
  if (found === undefined) throw new Error(`no TypeScript type for ${type}`);
  return found;
}

// zod gives every integer the range of a double's exact integers: no bound worth telling.
function range({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Definition): string {
  const limits: [string, number | undefined][] = [
    ["from", minimum],
    ["above", exclusiveMinimum],
    [minimum === undefined ? "up to" : "to", maximum],
    ["below", exclusiveMaximum],
  ];
  const told = limits.flatMap(([word, value]) =>
    value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? [] : [`${word} ${value}`],
  );
  return [...(type === "integer" ? ["a whole number"] : []), ...told].join(" ");
}

function defaultTag({ default: value }: Definition): string {
  return value === undefined ? "" : `@default ${JSON.stringify(value)}`;
}

function comment(parts: readonly string[]): string {
  const lines = parts.filter((part) => part !== "");
  if (lines.length === 0) return "";
  return lines.length === 1 ? `/** ${lines[0]} */\n` : `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`;
}
