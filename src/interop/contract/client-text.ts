import { formsOf } from "./call-text.ts";
import { described } from "./compare.ts";
import type {
  CallContract,
  ClassContract,
  Contract,
  EnumContract,
  FunctionContract,
  ModuleContract,
  PythonTypeTree,
  RecordContract,
  VariableType,
} from "./contract.ts";
import { variablesOf } from "./generics.ts";
import { identifier, key } from "./identifiers.ts";
import { mapTypes } from "./map-types.ts";
import { answerText, partsOf, typeText, variableKey, type Way } from "./type-text.ts";

/** A client in TypeScript for the modules of a contract. The same contract gives the same text. */
export function clientText(contract: Contract): string {
  return new Writer(contract).text();
}

/** The name by which a method is found: what the client itself has on an object is left to it. */
export function memberName(python: string, own: ReadonlySet<string>): string {
  return own.has(python) ? `${python}$` : python;
}

/** The name of a member of what crosses by value: `call` calls it, as it calls an instance. */
export function recordMemberName(python: string): string {
  return python === "__call__" ? "call" : memberName(python, new Set(["call"]));
}

/** What the client gives every class, and every instance. */
export const ownOfClasses: ReadonlySet<string> = new Set(["create", "$", "then"]);
export const ownOfInstances: ReadonlySet<string> = new Set(["call", "dispose", "$", "then"]);

/** Names of types that a client is written with, which a class of Python's may have too. */
const usedNames =
  "adsam Keep Promise Readonly Record ReadonlyMap ReadonlySet AsyncIterable Iterable Uint8Array any bigint boolean never number object string symbol undefined unknown".split(
    " ",
  );

class Writer {
  readonly #contract: Contract;
  readonly #names = new Map<string, string>();
  readonly #lines: string[] = [];

  constructor(contract: Contract) {
    this.#contract = contract;
    const taken = new Set(usedNames);
    const give = (python: string, wish: string) => {
      let name = identifier(wish);
      while (taken.has(name)) name += "_";
      taken.add(name);
      this.#names.set(python, name);
    };
    const classes = this.#classes();
    for (const { name } of classes) give(name, name.slice(name.lastIndexOf(".") + 1));
    for (const { name } of classes) give(`class ${name}`, `${this.#name(name)}Class`);
    for (const record of Object.keys(contract.records)) give(record, record.slice(record.lastIndexOf(":") + 1));
    for (const module of Object.keys(contract.modules)) give(`module ${module}`, capitalised(module));
    for (const variable of variablesIn(contract)) give(variableKey(variable), variable.name);
  }

  text(): string {
    const modules = Object.entries(this.#contract.modules);
    const names = modules.map(([name]) => name);
    this.#lines.push(
      `// Made by \`adsam wrap ${names.join(" ")}\`: wrap it again instead of changing it.`,
      'import * as adsam from "adversarial-sampling";',
      "",
    );
    for (const [name, one] of Object.entries(this.#contract.records)) this.#record(name, one);
    for (const one of this.#classes()) this.#class(one);
    for (const [name, module] of modules) this.#module(name, module);
    const [only] = names;
    const whole =
      names.length === 1 && only !== undefined
        ? this.#name(`module ${only}`)
        : `{ ${names.map((name) => `readonly ${key(name)}: ${this.#name(`module ${name}`)}`).join("; ")} }`;
    // As const: a function called toString would otherwise be taken for the one that every object has.
    this.#lines.push(`export default adsam.client<${whole}>(${literal(this.#contract)} as const);`, "");
    return this.#lines.join("\n");
  }

  /** Each once, by however many names modules have it. */
  #classes(): ClassContract[] {
    const all = Object.values(this.#contract.modules).flatMap(({ classes }) => Object.values(classes));
    return [...new Map(all.map((one) => [one.name, one])).values()];
  }

  #name(python: string): string {
    return this.#names.get(python) ?? "unknown";
  }

  #type(type: CallContract["result"], way: Way): string {
    return typeText(type, way, (name) => this.#name(name));
  }

  /** The variables of a class, or of a function, as TypeScript declares them. */
  #variables(variables: readonly VariableType[], otherwise: string): string[] {
    return variables.map((one) => {
      const name = this.#name(variableKey(one));
      const others = one.bound?.kind === "object"; // classes of the client's may derive from it
      const bound = one.bound === undefined ? undefined : this.#type(one.bound, others ? "in" : "out");
      const default_ = otherwise === "" ? "" : ` = ${bound ?? otherwise}`;
      return `${name}${bound === undefined ? "" : ` extends ${bound}`}${default_}`;
    });
  }

  /** An interface that has another one where results stay in Python. */
  #interface(name: string, variables: readonly VariableType[], extending: string): void {
    const own = variables.map((one) => `${this.#name(variableKey(one))}, `).join("");
    const parameters = [...this.#variables(variables, "unknown"), "Keep extends boolean = false"].join(", ");
    const others = extending === "" ? "" : ` extends ${extending}<${name}<${own}true>>`;
    this.#lines.push(`export interface ${name}<${parameters}>${others} {`);
  }

  #record(name: string, { variables = [], fields, required, seen }: RecordContract): void {
    this.#doc(
      0,
      [`${name.replace(":", ".")}, by value.`, ...(seen === undefined ? [] : [`Seen in ${recorded(seen)}.`])].join(" "),
    );
    const own = variables.length === 0 ? "" : `<${this.#variables(variables, "unknown").join(", ")}>`;
    this.#lines.push(`export interface ${this.#name(name)}${own} {`);
    for (const [field, type] of Object.entries(fields)) {
      const optional = required.includes(field) ? "" : "?";
      this.#doc(1, seenIn(type));
      this.#lines.push(`  readonly ${key(field)}${optional}: ${this.#type(type, "out")};`);
    }
    this.#lines.push("}", "");
  }

  #class({ name, variables = [], doc, creation, methods, attributes }: ClassContract): void {
    this.#doc(0, doc);
    this.#interface(this.#name(name), variables, "adsam.Instance");
    for (const [attribute, type] of Object.entries(attributes)) {
      if (Object.hasOwn(methods, attribute)) continue;
      const own = memberName(attribute, ownOfInstances);
      this.#doc(1, seenIn(type));
      this.#lines.push(`  readonly ${key(own)}: ${this.#answer(type)};`);
    }
    const { __call__: called, ...others } = methods;
    if (called !== undefined) this.#call(1, "call", called, variables);
    for (const [method, one] of Object.entries(others)) {
      if (one.of === "instance") this.#call(1, memberName(method, ownOfInstances), one, variables);
    }
    this.#lines.push("}", "");
    this.#doc(0, `The class ${name}.`);
    this.#interface(this.#name(`class ${name}`), [], "");
    this.#lines.push("  /** The class itself. */", "  readonly $: adsam.PythonObject;");
    const made = { kind: "class", name, ...(variables.length > 0 && { args: variables }) } as const;
    this.#call(1, "create", { ...creation, result: made });
    for (const [method, one] of Object.entries(others)) {
      if (one.of !== "instance") this.#call(1, memberName(method, ownOfClasses), one);
    }
    this.#lines.push("}", "");
  }

  #enum(name: string, { doc, members }: EnumContract): void {
    this.#doc(1, doc || `The members of ${name}.`);
    const named = Object.keys(members).map(
      (member) => `readonly ${key(member)}: adsam.EnumMember<${JSON.stringify(member)}>`,
    );
    this.#lines.push(`  readonly ${key(name)}: { ${named.join("; ")} };`);
  }

  #module(name: string, { doc, functions, classes, enums }: ModuleContract): void {
    this.#doc(0, doc || `The module ${name}.`);
    this.#interface(this.#name(`module ${name}`), [], "adsam.Askable");
    this.#lines.push("  /** The module itself. */", "  readonly $: adsam.PythonObject;");
    for (const [one, { name: known }] of Object.entries(classes)) {
      this.#lines.push(`  readonly ${key(one)}: ${this.#name(`class ${known}`)}<Keep>;`);
    }
    for (const [one, members] of Object.entries(enums)) this.#enum(one, members);
    for (const [one, call] of Object.entries(functions)) this.#function(memberName(one, new Set(["$", "then"])), call);
    this.#lines.push("}", "");
  }

  /** One that makes a record has the methods of its class. */
  #function(name: string, call: FunctionContract): void {
    const methods = Object.entries(call.methods ?? {});
    if (methods.length === 0) {
      this.#call(1, name, call);
      return;
    }
    this.#lines.push(`  readonly ${key(name)}: {`);
    this.#call(2, "", call);
    for (const [method, one] of methods) this.#call(2, recordMemberName(method), one);
    this.#lines.push("  };");
  }

  #answer(type: PythonTypeTree): string {
    return answerText(type, (name) => this.#name(name));
  }

  #call(depth: number, name: string, call: FunctionContract, ofClass: readonly VariableType[] = []): void {
    this.#doc(depth, documented(call));
    for (const form of call.overloads ?? [call]) {
      for (const given of formsOf(form, (type) => this.#type(type, "in"))) {
        const own = this.#variables(variablesOf(form, ofClass), "").join(", ");
        const called = `${name === "" ? "" : key(name)}${own === "" ? "" : `<${own}>`}`;
        this.#lines.push(`${"  ".repeat(depth)}${called}(${given}): ${this.#answer(form.result)};`);
      }
    }
  }

  #doc(depth: number, text: string): void {
    if (text.trim() === "") return;
    const indent = "  ".repeat(depth);
    const lines = text.replaceAll("*/", "*\\/").split("\n");
    if (lines.length === 1) this.#lines.push(`${indent}/** ${lines[0]} */`);
    else this.#lines.push(`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`);
  }
}

function documented({ doc, parameters, result }: FunctionContract): string {
  const tags = parameters.flatMap(({ name, type, doc: said, default: value }) => {
    const words = [said?.replaceAll("\n", " "), seenIn(type), value === undefined ? undefined : `Default: ${value}.`];
    const text = words.filter((word) => word !== undefined && word !== "").join(" ");
    return text === "" ? [] : [`@param ${name} ${text}`];
  });
  const given = seenIn(result);
  return [doc, ...tags, ...(given === "" ? [] : [`@returns ${given}`])].filter((line) => line !== "").join("\n");
}

/** What nobody says of a type, but recorded calls had. */
function seenIn(type: PythonTypeTree): string {
  const found = partsOf(type).flatMap((part) => (part.kind === "seen" ? [part] : []));
  return found.map(({ of, calls }) => `Seen in ${recorded(calls)}: ${described(of)}.`).join(" ");
}

const recorded = (calls: number): string => `${calls} recorded call${calls === 1 ? "" : "s"}`;

/** Every type variable of a contract, each once. */
function variablesIn(contract: Contract): readonly VariableType[] {
  const found = new Map<string, VariableType>();
  mapTypes(contract, (type) => {
    for (const part of partsOf(type)) if (part.kind === "variable") found.set(part.name, part);
    return type;
  });
  return [...found.values()];
}

function capitalised(module: string): string {
  const words = module.split(/[._]/).filter((word) => word !== "");
  return words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");
}

/** JSON without what only people read, which stands above. */
function literal(contract: Contract): string {
  return JSON.stringify(contract, (field, value) => (field === "doc" && typeof value === "string" ? "" : value));
}
