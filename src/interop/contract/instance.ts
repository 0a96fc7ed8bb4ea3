import type { PythonObject } from "../handle.ts";

const instances = new WeakMap<object, PythonObject>();

/** Remembers which object an instance of a client's stands for. */
export function standFor<T extends object>(instance: T, object: PythonObject): T {
  instances.set(instance, object);
  return instance;
}

export function isInstance(value: unknown): boolean {
  return typeof value === "object" && value !== null && instances.has(value);
}

/** A function or method of Python's, by its owner and name. */
interface Member {
  readonly owner: PythonObject;
  readonly name: string;
}

const members = new WeakMap<object, Member>();

/** Remembers which of Python's functions a function of a client's calls: given as an argument, Python has its own. */
export function standForMember<T extends object>(call: T, owner: PythonObject, name: string): T {
  members.set(call, { owner, name });
  return call;
}

/** Which of Python's functions a function of a client's calls; undefined for another. */
export function memberBehind(call: object): Member | undefined {
  return members.get(call);
}

/** The object that an instance stands for; undefined for what is none. */
export function objectBehind(value: object): PythonObject | undefined {
  return instances.get(value);
}
