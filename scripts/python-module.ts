/** Renders JSON Schema definitions, as zod writes them, as a Python module of pydantic models. */

import { type Definition, refName } from "./definition.ts";

const header = `"""The messages of the bridge and their defaults.

Generated from src/schema by \`npm run generate\`: change the schema, never this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Message(BaseModel):
    """camelCase and NaN as a string on the wire, snake_case and floats in Python."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        ser_json_inf_nan="strings",
    )
`;

export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A JSON value as Python writes it; an array is a tuple. */
export function literal(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `(${value.map(literal).join(", ")}${value.length === 1 ? "," : ""})`;
  return JSON.stringify(value);
}

const pythonTypes: Record<string, string> = {
  string: "str",
  boolean: "bool",
  integer: "int",
  number: "float",
  null: "None",
};

// zod gives every integer the range of a double's exact integers: no bound worth repeating.
function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Definition): string[] {
  const limits: [string, number | undefined][] = [
    ["ge", minimum],
    ["le", maximum],
    ["gt", exclusiveMinimum],
    ["lt", exclusiveMaximum],
  ];
  return limits.flatMap(([name, value]) =>
    value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? [] : [`${name}=${value}`],
  );
}

export class PythonModule {
  readonly #definitions: Record<string, Definition>;
  readonly #rendered = new Map<string, string>();

  constructor(definitions: Record<string, Definition>) {
    this.#definitions = definitions;
  }

  /** The whole module; a definition stands after all that it refers to. */
  render(): string {
    for (const name of Object.keys(this.#definitions)) this.#define(name);
    return [header, ...[...this.#rendered.values()].filter((text) => text !== "")].join("\n\n");
  }

  #define(name: string): void {
    if (this.#rendered.has(name)) return;
    const definition = this.#definitions[name];
    if (definition === undefined) throw new Error(`the schema refers to ${name}, which it does not define`);
    if (name === "Real") {
      this.#rendered.set(name, "");
      return;
    }
    const text = definition.properties ? this.#model(name, definition) : `${name} = ${this.#type(definition)}\n`;
    this.#rendered.set(name, text);
  }

  #model(name: string, { description, properties = {}, required = [] }: Definition): string {
    const docstring = description ? [`    """${description}"""\n`] : [];
    const fields = Object.entries(properties).map(([field, definition]) =>
      this.#field(field, definition, required.includes(field)),
    );
    const body = [...docstring, ...fields];
    return `class ${name}(Message):\n${body.length > 0 ? body.join("\n") : "    pass"}\n`;
  }

  #field(name: string, definition: Definition, required: boolean): string {
    const type = this.#type(definition);
    const fixed = definition.const === undefined ? "" : ` = ${literal(definition.const)}`;
    const value = required ? fixed : ` = ${this.#default(definition)}`;
    const doc = definition.description ? `\n    """${definition.description}"""` : "";
    return `    ${snakeCase(name)}: ${type}${value}${doc}`;
  }

  #default(definition: Definition): string {
    const value = definition.default;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      return `${this.#variant(definition, value)}()`;
    }
    return literal(value);
  }

  /** The name of the union member whose discriminator the default gives. */
  #variant(definition: Definition, value: object): string {
    const kind = (value as { kind?: unknown }).kind;
    const union = this.#resolve(definition);
    for (const member of union.oneOf ?? []) {
      if (this.#resolve(member).properties?.kind?.const === kind) return refName(member);
    }
    throw new Error(`no variant for the default ${JSON.stringify(value)}`);
  }

  /** The field that has constants of its own in each member of a union. */
  #discriminator({ oneOf = [] }: Definition): string {
    const [first, ...others] = oneOf.map((member) => this.#resolve(member).properties ?? {});
    const field = Object.keys(first ?? {}).find((name) =>
      [first, ...others].every((properties) => (properties?.[name]?.const ?? properties?.[name]?.enum) !== undefined),
    );
    if (field === undefined) throw new Error(`no field tells the members of ${JSON.stringify(oneOf)} apart`);
    return snakeCase(field);
  }

  #resolve(definition: Definition): Definition {
    const reference = definition.$ref ?? definition.anyOf?.[0]?.$ref;
    return reference ? (this.#definitions[refName({ $ref: reference })] ?? definition) : definition;
  }

  #type(definition: Definition): string {
    if (definition.$ref) {
      const name = refName(definition);
      this.#define(name);
      return name === "Real" ? "float" : name;
    }
    if (definition.const !== undefined) return `Literal[${literal(definition.const)}]`;
    if (definition.enum) return `Literal[${definition.enum.map(literal).join(", ")}]`;
    if (definition.oneOf) {
      return `Annotated[\n    ${definition.oneOf.map((member) => this.#type(member)).join(" | ")},\n    Field(discriminator="${this.#discriminator(definition)}"),\n]`;
    }
    if (definition.anyOf) return definition.anyOf.map((member) => this.#type(member)).join(" | ");
    if (definition.prefixItems) return `tuple[${definition.prefixItems.map((item) => this.#type(item)).join(", ")}]`;
    if (definition.items) return `tuple[${this.#type(definition.items)}, ...]`;
    if (definition.type === "object" && typeof definition.additionalProperties === "object") {
      return `dict[str, ${this.#type(definition.additionalProperties)}]`;
    }
    const types = definition.type === undefined ? [] : [definition.type].flat();
    if (types.length > 0) return types.map((type) => this.#scalar(definition, type)).join(" | ");
    return "Any";
  }

  #scalar(definition: Definition, type: string): string {
    const python = pythonTypes[type];
    if (python === undefined) throw new Error(`no Python type for ${JSON.stringify(definition)}`);
    const limits = bounds(definition);
    return limits.length > 0 ? `Annotated[${python}, Field(${limits.join(", ")})]` : python;
  }
}
