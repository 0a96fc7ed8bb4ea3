import { AdsamError } from "../errors.ts";
import { nameOf, type Path } from "./structure.ts";

/**
 * Notes what the lists and objects among some values hold, so that a native function that writes to one is told: what it writes to
 * are copies, and Python would not see it.
 * @returns what is called after the function.
 */
export function watched(name: string, values: unknown): () => void {
  const before = [...entriesOf(values, [])];
  return () => {
    const now = new Map([...entriesOf(values, [])].map(([path, value]) => [JSON.stringify(path), value]));
    const same = ([path, value]: readonly [Path, unknown]) => {
      const key = JSON.stringify(path);
      return now.has(key) && Object.is(now.get(key), value);
    };
    const known = new Set(before.map(([path]) => JSON.stringify(path)));
    const changed = before.find((entry) => !same(entry))?.[0] ?? added(now, known);
    if (changed === undefined) return;
    throw new AdsamError(
      "usage",
      `${name}: expected a native function that leaves its arguments as they are, got one that changes ${nameOf(changed)}`,
      {
        suggestion: "it is given copies, of which Python sees nothing: return what is new, and let Python keep it",
      },
    );
  };
}

function added(now: ReadonlyMap<string, unknown>, known: ReadonlySet<string>): Path | undefined {
  const found = [...now.keys()].find((key) => !known.has(key));
  return found === undefined ? undefined : (JSON.parse(found) as Path);
}

/** Each place in lists, maps and plain objects, with what stands there. */
function* entriesOf(value: unknown, path: Path): Generator<readonly [Path, unknown]> {
  if (typeof value !== "object" || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isMap = value instanceof Map;
  if (!isMap && !Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return;
  for (const [key, item] of isMap ? value : Object.entries(value)) {
    yield [[...path, key], item];
    yield* entriesOf(item, [...path, key]);
  }
}
