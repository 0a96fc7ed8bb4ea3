import type { PythonObject } from "../handle.ts";

const instances = new WeakMap<object, PythonObject>();

/** What every instance of a client's classes has. */
export interface Instance extends AsyncDisposable {
  /** The object itself, for all that the client does not name: items, iteration, other attributes. */
  readonly $: PythonObject;
  /** Frees it. */
  dispose(): Promise<void>;
}

/** Remembers which object an instance of a client's stands for. */
export function standFor<T extends object>(instance: T, object: PythonObject): T {
  instances.set(instance, object);
  return instance;
}

export function isInstance(value: unknown): boolean {
  return typeof value === "object" && value !== null && instances.has(value);
}

/** The object that an instance stands for; undefined for what is none. */
export function objectBehind(value: object): PythonObject | undefined {
  return instances.get(value);
}
