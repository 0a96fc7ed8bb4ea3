import { AdsamError } from "../../errors.ts";
import type { AskOptions } from "../asker.ts";
import { PythonObject } from "../handle.ts";
import { EnumMember } from "../kinds.ts";
import { fittingCall } from "./arguments.ts";
import type { Instance } from "./askable.ts";
import { memberName, ownOfClasses, ownOfInstances, recordMemberName } from "./client-text.ts";
import { changesBetween } from "./compare.ts";
import type { CallContract, ClassContract, Contract, FunctionContract, ModuleContract, NamedType } from "./contract.ts";
import { departure } from "./departure.ts";
import { classGiven } from "./generics.ts";
import { standFor, standForMember } from "./instance.ts";
import { asDeclared, type Declared, keptAsDeclared } from "./instances.ts";
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
  /** Also those whose instances cross by value. */
  readonly classes: ReadonlyMap<string, PythonObject>;
}

/** The names of a module's classes that are handles: those with instances in Python, or with methods. */
export function classNames({ classes, functions }: ModuleContract): string[] {
  const withMethods = Object.entries(functions).flatMap(([name, { methods }]) => (methods === undefined ? [] : [name]));
  return [...Object.keys(classes), ...withMethods];
}

/** A client, of what `adsam wrap` has written. */
export function client<Modules>(contract: Contract): Client<Modules> {
  return { contract };
}

/**
 * The modules that a client is of, by name.
 * @throws AdsamError `usage` for what is no client, where no compiler said so.
 */
export function modulesOf(client: Client<unknown>): Readonly<Record<string, ModuleContract>> {
  const modules = (client as Client<unknown> | null | undefined)?.contract?.modules;
  if (typeof modules === "object" && modules !== null) return modules;
  throw new AdsamError("usage", "use: expected a client with the contract of its modules", {
    suggestion: "give what the module that adsam wrap wrote exports, or client(await backend.contract([...]))",
  });
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
  const used = [...modules].map(([name, module]) => {
    return [name, new Module(name, module, contract, new WeakMap(), {}).members()] as const;
  });
  const [first] = used;
  return (used.length === 1 && first !== undefined ? first[1] : Object.fromEntries(used)) as Modules;
}

/** Asks Python what a call is to give. */
type Ask = (...sent: readonly unknown[]) => Promise<unknown>;
type Members = Record<string, unknown>;

class Module {
  readonly #name: string;
  readonly #module: PythonObject;
  readonly #classes: ReadonlyMap<string, PythonObject>;
  readonly #declared: Declared;
  readonly #asked: AskOptions;

  constructor(
    name: string,
    { module, classes }: Imported,
    contract: Contract,
    callbacks: Declared["callbacks"],
    asked: AskOptions,
  ) {
    this.#name = name;
    this.#module = module.with(asked);
    this.#classes = new Map([...classes].map(([of, object]) => [of, object.with(asked)]));
    this.#asked = asked;
    this.#declared = { contract, make: (type, object) => this.#instance(type, object, {}), callbacks };
  }

  #with(options: AskOptions): Members {
    const imported = { module: this.#module, classes: this.#classes };
    const { contract, callbacks } = this.#declared;
    return new Module(this.#name, imported, contract, callbacks, { ...this.#asked, ...options }).members();
  }

  members(): Members {
    const { functions = {}, classes = {}, enums = {} } = this.#declared.contract.modules[this.#name] ?? {};
    const members: Members = { $: this.#module, with: (options: AskOptions) => this.#with(options) };
    for (const [name, one] of Object.entries(functions)) {
      members[memberName(name, new Set(["$", "then"]))] = this.#function(name, one);
    }
    for (const [name, one] of Object.entries(classes)) members[name] = this.#class(name, one);
    for (const [name, { type, members: values }] of Object.entries(enums)) {
      const made = Object.entries(values).map(([member, value]) => [member, new EnumMember(type, member, value)]);
      members[name] = Object.freeze(Object.fromEntries(made));
    }
    return members;
  }

  /** One that makes a record has the methods of its class. */
  #function(name: string, contract: FunctionContract): object {
    const where = `${this.#name}.${name}`;
    const call = this.#callable(this.#module, name, where, contract, this.#asked);
    for (const [method, one] of Object.entries(contract.methods ?? {})) {
      const own = recordMemberName(method);
      const owner = this.#handleOf(name);
      const ask =
        one.of === "property" ? this.#getter(owner, method) : (...sent: unknown[]) => owner.method(method, ...sent);
      const value = this.#callable(owner, method, `${where}.${own}`, one, this.#asked, ask);
      Object.defineProperty(call, own, { value }); // a function has a name of its own
    }
    return call;
  }

  /** Reads a property of a class, of a value that is given. */
  #getter(owner: PythonObject, name: string): Ask {
    let property: Promise<PythonObject> | undefined;
    return async (...sent) => {
      property ??= owner.get<PythonObject>(name).then((found) => found.with(this.#asked));
      return (await property).method("__get__", ...sent);
    };
  }

  /** A class: making an instance, and its class and static methods. */
  #class(name: string, { name: known, creation, methods }: ClassContract): Members {
    const where = `${this.#name}.${name}`;
    const object = this.#handleOf(name);
    const kept = object.with({ keep: true }); // also an instance of a class that is an int, a dict
    const making = { ...creation, result: { kind: "class", name: known } as const };
    const create = this.#callable(kept, "__call__", `${where}.create`, making, this.#asked);
    const members: Members = { $: object, create };
    for (const [method, one] of Object.entries(methods)) {
      if (one.of === "instance") continue;
      const call = this.#callable(object, method, `${where}.${method}`, one, this.#asked);
      members[memberName(method, ownOfClasses)] = call;
    }
    return standFor(members, object);
  }

  #handleOf(name: string): PythonObject {
    const object = this.#classes.get(name);
    if (object === undefined) throw new AdsamError("python", `expected the class ${this.#name}.${name}`);
    return object;
  }

  #contractOf(name: string): ClassContract {
    const all = Object.values(this.#declared.contract.modules).flatMap(({ classes }) => Object.values(classes));
    const found = all.find((one) => one.name === name);
    if (found === undefined) throw new AdsamError("python", `expected a class of the client's, got ${name}`);
    return found;
  }

  /** An instance of a class of the client's. */
  #instance(type: NamedType, object: PythonObject, asked: AskOptions): Instance {
    const { name } = type;
    const { methods, attributes } = classGiven(this.#contractOf(name), type);
    const dispose = () => object.dispose();
    const other = (options: AskOptions) => this.#instance(type, object.with(options), { ...asked, ...options });
    const instance: Members = { $: object, dispose, [Symbol.asyncDispose]: dispose, with: other };
    const where = `${this.#name}.${name}`;
    for (const [attribute, kind] of Object.entries(attributes)) {
      const read = async () => this.#taken(await object.get(attribute), kind, `${where}.${attribute}`, asked);
      if (!Object.hasOwn(methods, attribute)) {
        Object.defineProperty(instance, memberName(attribute, ownOfInstances), { get: read });
      }
    }
    for (const [method, one] of Object.entries(methods)) {
      if (one.of !== "instance") continue;
      const own = method === "__call__" ? "call" : memberName(method, ownOfInstances);
      instance[own] = this.#callable(object, method, `${where}.${own}`, one, asked);
    }
    return standFor(instance as unknown as Instance, object);
  }

  #callable(
    owner: PythonObject,
    name: string,
    where: string,
    contract: FunctionContract,
    asked: AskOptions,
    ask: Ask = name === "__call__" ? (...sent) => owner.call(...sent) : (...sent) => owner.method(name, ...sent),
  ) {
    const call = async (...values: unknown[]): Promise<unknown> => {
      const { result, sent } = fittingCall(contract, values, this.#declared, where);
      return this.#taken(await ask(...sent), result, where, asked);
    };
    return standForMember(call, owner, name);
  }

  /** What came, if it is what was declared. */
  #taken(value: unknown, type: CallContract["result"], where: string, { keep }: AskOptions): unknown {
    if (keep && value instanceof PythonObject) return keptAsDeclared(value, type, this.#declared);
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
