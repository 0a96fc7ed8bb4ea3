/** How long is measured. */
export interface Effort {
  /** Turns that each contender gets, unless the time runs out. */
  readonly rounds: number;
  /** Turns that it gets at least. */
  readonly leastRounds: number;
  /** How long one turn should last: more than one call where calls are short. */
  readonly turnSeconds: number;
  /** After which no further round of one comparison begins. */
  readonly budgetSeconds: number;
  /** Whoever takes longer for one call is not measured. */
  readonly longestCallSeconds: number;
}

export const thorough: Effort = {
  rounds: 7,
  leastRounds: 3,
  turnSeconds: 0.5,
  budgetSeconds: 60,
  longestCallSeconds: 100,
};
export const quick: Effort = { rounds: 2, leastRounds: 1, turnSeconds: 0.1, budgetSeconds: 10, longestCallSeconds: 20 };

/** The numbers of the rounds, as many as there is time for. */
export function* roundsOf({ rounds, leastRounds, budgetSeconds }: Effort): Generator<number, void> {
  const began = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= leastRounds && performance.now() - began > budgetSeconds * 1000) return;
    yield round;
  }
}

/** What every suite is told. */
export interface Setting {
  /** As torch names it: cpu, cuda, cuda:1. */
  readonly device: string;
  /** Absolute path of the Python that computes. */
  readonly python: string;
  /** Of torch: as many as there are cores, unless OMP_NUM_THREADS says otherwise. */
  readonly threads: number;
  /** Checkout of the published code. */
  readonly reference: string | undefined;
  readonly effort: Effort;
  readonly signal: AbortSignal | undefined;
  /** Told the versions of what takes part beside this package, by name. */
  readonly onVersions: (versions: Readonly<Record<string, string>>) => void;
}

export function onCuda({ device }: Setting): boolean {
  return device.startsWith("cuda");
}
