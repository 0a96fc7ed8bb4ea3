import type { PythonTypeTree } from "../contract/contract.ts";

/** What a program did with one function: adsam_bridge/recording writes it, line by line. */
export interface Observed {
  readonly calls: number;
  /** By what and name: `parameter eps`, `result`, `item`, `attribute weight`. */
  readonly types: ReadonlyMap<string, readonly NotedType[]>;
  /** What calls gave, each with its flags; undefined where there were too many of them. */
  readonly results: readonly FlaggedResult[] | undefined;
}

/** What a call gave that had these flags. */
export interface FlaggedResult {
  /** The parameters that were true, false, null, or a value of a Literal, as JSON. */
  readonly flags: Readonly<Record<string, string>>;
  readonly type: NotedType;
}

/** The type of one value; a record's says its fields. */
export type NotedType = PythonTypeTree & { readonly fields?: Readonly<Record<string, NotedType>> };

/** All that was noted of a program. */
export interface Notes {
  /** By the numbers of their sites. */
  readonly observed: ReadonlyMap<number, Observed>;
  /** What went wrong in the watching itself. */
  readonly faults: readonly string[];
  /** How many calls were not kept, of each function. */
  readonly left: Readonly<Record<string, number>>;
  /** What kept calls lack, such as `losses.step(model), torch.nn.Linear`: in how many. */
  readonly unkept: Readonly<Record<string, number>>;
}

type Line =
  | readonly ["calls", process: number, site: number, calls: number]
  | readonly ["seen", site: number, what: string, name: string, type: NotedType]
  | readonly ["by flags", site: number, flags: FlaggedResult["flags"] | null, type: NotedType]
  | readonly ["left" | "unkept", name: string, calls: number]
  | readonly ["fault", text: string]
  | readonly ["end", process: number];

/** What the lines say; of a program that was killed the last one may be cut off. */
export function readNotes(text: string): Notes {
  const counts = new Map<number, Map<number, number>>();
  const types = new Map<number, Map<string, NotedType[]>>();
  const results = new Map<number, FlaggedResult[] | undefined>();
  const faults: string[] = [];
  const counted: Record<"left" | "unkept", Record<string, number>> = { left: {}, unkept: {} };
  for (const line of text.split("\n").slice(0, -1)) {
    const said = JSON.parse(line) as Line;
    if (said[0] === "calls") entry(counts, said[2], () => new Map()).set(said[1], said[3]);
    if (said[0] === "seen") {
      const [, site, what, name, type] = said;
      const ofSite = entry(types, site, () => new Map<string, NotedType[]>());
      entry(ofSite, `${what} ${name}`, () => [] as NotedType[]).push(type);
    }
    if (said[0] === "by flags") {
      const [, site, flags, type] = said;
      const before = results.has(site) ? results.get(site) : [];
      results.set(site, flags === null ? undefined : before && [...before, { flags, type }]);
    }
    if (said[0] === "left" || said[0] === "unkept") counted[said[0]][said[1]] = said[2];
    if (said[0] === "fault") faults.push(said[1]);
  }
  const observed = [...counts].map(([site, byProcess]): [number, Observed] => [
    site,
    {
      calls: [...byProcess.values()].reduce((sum, one) => sum + one, 0),
      types: types.get(site) ?? new Map(),
      results: results.get(site),
    },
  ]);
  return { observed: new Map(observed), faults, ...counted };
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
