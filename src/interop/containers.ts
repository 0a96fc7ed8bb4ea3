import { AdsamError } from "../errors.ts";
import type { Wire } from "./wire.ts";

interface Given {
  readonly container: object;
  /** Where among the arguments it was first. */
  readonly path: string;
}

/**
 * Arrays, objects, Maps, Sets and bytearrays among the arguments of a call: Python has copies of them, and what it changed in those
 * comes back. adsam_bridge/interop/containers.py has the other side. Both number them in the order in which they are written,
 * one before what it holds.
 */
export class Containers {
  readonly #given: Given[] = [];
  readonly #numbers = new Map<object, number>();

  /** Its number, if it was given before: Python is then given the same object again. */
  numberOf(container: object): number | undefined {
    return this.#numbers.get(container);
  }

  add(container: object, path: string): void {
    this.#numbers.set(container, this.#given.length);
    this.#given.push({ container, path });
  }

  get(number: unknown): Given {
    const found = this.#given[Number(number)];
    if (found === undefined) throw new AdsamError("python", `expected a container that was given, got ${number}`);
    return found;
  }

  /**
   * Gives the caller's own containers what Python's copies of them hold now.
   * @param read reads what they hold.
   * @throws AdsamError `usage` for a frozen one, and for bytes of another length, unless `onChanged` is told of it.
   */
  change(
    changed: Readonly<Record<string, Wire>>,
    read: (wire: Wire) => unknown,
    onChanged: ((place: string, now: object) => void) | undefined,
  ): void {
    for (const [number, wire] of Object.entries(changed)) {
      const { container, path } = this.get(number);
      const now = contentOf(container, read(wire));
      const own = originalOf(container);
      if (canHold(own, now)) fill(own, now);
      else if (onChanged === undefined) {
        throw new AdsamError("usage", `${path}: Python changed it, and it cannot be changed here`, {
          suggestion: "take what it became from the option onChanged, or give one that is not frozen",
        });
      }
      onChanged?.(path, canHold(own, now) ? own : now);
    }
  }
}

const originals = new WeakMap<object, object>();

/** Remembers whose copy a container is that goes to Python instead of it. */
export function insteadOf<Copy extends object>(original: object, copy: Copy): Copy {
  originals.set(copy, originalOf(original));
  return copy;
}

function originalOf(container: object): object {
  return originals.get(container) ?? container;
}

/** What a container of the same kind would be that holds what is written. */
function contentOf(container: object, content: unknown): object {
  if (container instanceof Uint8Array) return content as Uint8Array;
  if (Array.isArray(container)) return content as unknown[];
  if (container instanceof Set) return new Set(content as unknown[]);
  const entries = content as [string, unknown][];
  return container instanceof Map ? new Map(entries) : Object.fromEntries(entries);
}

function canHold(container: object, content: object): boolean {
  if (container instanceof Uint8Array) return container.length === (content as Uint8Array).length;
  return !Object.isFrozen(container) && !Object.isSealed(container);
}

/** Has a container hold what another of its kind holds. */
export function fill(container: object, content: object): void {
  if (container instanceof Uint8Array) container.set(content as Uint8Array);
  else if (Array.isArray(container)) {
    const items = content as unknown[]; // too many, perhaps, to be given to splice
    container.length = 0;
    for (const item of items) container.push(item);
  } else if (container instanceof Set) refill(container, content as Set<unknown>, (item) => container.add(item));
  else if (container instanceof Map) {
    refill(container, content as Map<unknown, unknown>, ([key, item]) => container.set(key, item));
  } else {
    for (const key of Object.keys(container)) if (!Object.hasOwn(content, key)) Reflect.deleteProperty(container, key);
    for (const [key, value] of Object.entries(content)) {
      Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
    }
  }
}

function refill<Item>(container: { clear(): void }, items: Iterable<Item>, add: (item: Item) => void): void {
  container.clear();
  for (const item of items) add(item);
}
