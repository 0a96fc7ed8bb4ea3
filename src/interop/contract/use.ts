import { AdsamError } from "../../errors.ts";
import { PythonObject } from "../handle.ts";
import { EnumMember } from "../kinds.ts";
import { fittingCall } from "./arguments.ts";
import { memberName, ownOfClasses, ownOfInstances } from "./client-text.ts";
import { changesBetween } from "./compare.ts";
import type { CallContract, ClassContract, Contract, FunctionContract } from "./contract.ts";
import { departure } from "./departure.ts";
import { type Instance, standFor, standForMember } from "./instance.ts";
import { asDeclared, type Declared } from "./instances.ts";
import { partsOf } from "./type-text.ts";

/** What `adsam wrap` writes: the contract of Python modules, and in its type what they are in TypeScript. */
export interface Client<Modules> {
  /** What the modules offered when it was made. */
  readonly contract: Contract;
  /** For the compiler alone. */
  readonly modules?: Modules | undefined;
}

/** A module and its classes, as handles. */
export interface Imported {
  readonly module: PythonObject;
  readonly classes: ReadonlyMap<string, PythonObject>;
}

/** A client, of what `adsam wrap` has written. */
export function client<Modules>(contract: Contract): Client<Modules> {
  return { contract };
}

/**
 * The modules of a client, ready to be called.
 * @param modules them as handles, by name.
 * @param now what they offer now.
 * @throws AdsamError `usage` when they changed in a way that breaks callers, naming it.
 */
export function useClient<Modules>(
  { contract }: Client<Modules>,
  now: Contract,
  modules: ReadonlyMap<string, Imported>,
): Modules {
  if (contract.format !== now.format) {
    throw new AdsamError("usage", `expected a client of format ${now.format}, got ${contract.format}`, {
      suggestion: "make it again with this version of adsam wrap",
    });
  }
  const breaking = changesBetween(contract, now).filter(({ breaks }) => breaks);
  if (breaking.length > 0) {
    const told = breaking.slice(0, 5).map(({ where, what }) => `${where} ${what}`);
    const more = breaking.length > told.length ? `, and ${breaking.length - told.length} more` : "";
    throw new AdsamError("usage", `the client was made for other modules: ${told.join("; ")}${more}`, {
      suggestion: "make it again with adsam wrap, and mend what the compiler then names",
    });
  }
  const used = [...modules].map(([name, module]) => [name, new Module(name, module, contract).members()] as const);
  const [first] = used;
  return (used.length === 1 && first !== undefined ? first[1] : Object.fromEntries(used)) as Modules;
}

type Members = Record<string, unknown>;

class Module {
  readonly #name: string;
  readonly #module: PythonObject;
  readonly #classes: ReadonlyMap<string, PythonObject>;
  readonly #declared: Declared;

  constructor(name: string, { module, classes }: Imported, contract: Contract) {
    this.#name = name;
    this.#module = module;
    this.#classes = classes;
    this.#declared = { contract, make: (one, object) => this.#instance(one, object), callbacks: new WeakMap() };
  }

  members(): Members {
    const { functions = {}, classes = {}, enums = {} } = this.#declared.contract.modules[this.#name] ?? {};
    const members: Members = { $: this.#module };
    for (const [name, one] of Object.entries(functions)) {
      members[memberName(name, new Set(["$", "then"]))] = this.#callable(
        this.#module,
        name,
        `${this.#name}.${name}`,
        one,
      );
    }
    for (const name of Object.keys(classes)) members[name] = this.#class(name);
    for (const [name, { type, members: values }] of Object.entries(enums)) {
      const made = Object.entries(values).map(([member, value]) => [member, new EnumMember(type, member, value)]);
      members[name] = Object.freeze(Object.fromEntries(made));
    }
    return members;
  }

  /** A class: making an instance, and its class and static methods. */
  #class(name: string): Members {
    const { creation, methods } = this.#contractOf(name);
    const where = `${this.#name}.${name}`;
    const object = this.#classes.get(name);
    if (object === undefined) throw new AdsamError("python", `expected the class ${where}`);
    const kept = object.with({ keep: true }); // also an instance of a class that is an int, a dict
    const making = { ...creation, result: { kind: "class", name } as const };
    const members: Members = { $: object, create: this.#callable(kept, "__call__", `${where}.create`, making) };
    for (const [method, one] of Object.entries(methods)) {
      if (one.of === "instance") continue;
      members[memberName(method, ownOfClasses)] = this.#callable(object, method, `${where}.${method}`, one);
    }
    return standFor(members, object);
  }

  #contractOf(name: string): ClassContract {
    const found = Object.values(this.#declared.contract.modules).flatMap(({ classes }) =>
      Object.hasOwn(classes, name) ? [classes[name]] : [],
    )[0];
    if (found === undefined) throw new AdsamError("python", `expected a class of the client's, got ${name}`);
    return found;
  }

  /** An instance of a class of the client's. */
  #instance(name: string, object: PythonObject): Instance {
    const { methods, attributes } = this.#contractOf(name);
    const dispose = () => object.dispose();
    const instance: Members = { $: object, dispose, [Symbol.asyncDispose]: dispose };
    const where = `${this.#name}.${name}`;
    for (const [attribute, type] of Object.entries(attributes)) {
      const read = async () => this.#taken(await object.get(attribute), type, `${where}.${attribute}`);
      if (!Object.hasOwn(methods, attribute)) {
        Object.defineProperty(instance, memberName(attribute, ownOfInstances), { get: read });
      }
    }
    for (const [method, one] of Object.entries(methods)) {
      if (one.of !== "instance") continue;
      const own = method === "__call__" ? "call" : memberName(method, ownOfInstances);
      instance[own] = this.#callable(object, method, `${where}.${own}`, one);
    }
    return standFor(instance as unknown as Instance, object);
  }

  #callable(owner: PythonObject, name: string, where: string, contract: FunctionContract) {
    const call = async (...values: unknown[]): Promise<unknown> => {
      const { result, sent } = fittingCall(contract, values, this.#declared, where);
      const answer = name === "__call__" ? owner.call(...sent) : owner.method(name, ...sent);
      return this.#taken(await answer, result, where);
    };
    return standForMember(call, owner, name);
  }

  /** What came, if it is what was declared. */
  #taken(value: unknown, type: CallContract["result"], where: string): unknown {
    const wrong = departure(value, type, this.#declared.contract, "out", where);
    if (wrong !== undefined) {
      const seen = partsOf(type).some(({ kind }) => kind === "seen");
      throw new AdsamError("python", wrong.message(seen ? "in recorded calls" : "as it is declared"), {
        suggestion: suggestionFor(wrong.came, seen),
      });
    }
    return asDeclared(value, type, this.#declared);
  }
}

function suggestionFor(came: unknown, seen: boolean): string {
  if (typeof came === "bigint") return "ask for it by the handle $, which gives a bigint";
  if (came instanceof PythonObject) return "it stays in Python: ask for it by the handle $, or convert it there";
  return seen
    ? "annotate it in Python, or trace a program that has it too, and make the client again"
    : "mend the declaration in Python, and make the client again";
}
