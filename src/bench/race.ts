import { Contender, type ContenderRequest, NotMeasured } from "./contender.ts";
import { ratios, type Unmeasured } from "./figure.ts";
import { roundsOf, type Setting } from "./setting.ts";

/** Calls that a contender is prepared for unless it is told otherwise. */
const standardCalls = 200;

/** A first call longer than this is not repeated to warm up. */
const longCallSeconds = 5;

const warmUpCalls = 2;

/** Who takes part, by the name that figures give it. */
export type Entries = Readonly<Record<string, ContenderRequest>>;

/** Seconds of one call, round by round, of everyone who could be measured. */
export class Race {
  readonly #seconds: ReadonlyMap<string, readonly number[]>;
  readonly unmeasured: readonly Unmeasured[];

  constructor(runners: readonly Pick<Runner, "name" | "seconds" | "missing">[]) {
    const measured = runners.filter(({ missing }) => missing === null);
    this.#seconds = new Map(measured.map(({ name, seconds }) => [name, seconds]));
    this.unmeasured = runners.flatMap(({ name, missing }) => (missing === null ? [] : { name, reason: missing }));
  }

  /** Of those who could be measured. */
  names(): string[] {
    return [...this.#seconds.keys()];
  }

  has(...names: readonly string[]): boolean {
    return names.every((name) => this.#seconds.has(name));
  }

  milliseconds(name: string): number[] {
    return (this.#seconds.get(name) ?? []).map((seconds) => seconds * 1000);
  }

  /** How many times as long `of` takes as `to`. */
  ratios(of: string, to: string): number[] {
    return ratios(this.milliseconds(of), this.milliseconds(to));
  }
}

/** Lets them take turns, A B A B …, each in a process of its own that stands still meanwhile. */
export async function race(setting: Setting, entries: Entries): Promise<Race> {
  const runners = Object.entries(entries).map(([name, request]) => new Runner(name, request));
  try {
    for (const runner of runners) await runner.warmUp(setting);
    for (const _ of roundsOf(setting.effort)) {
      for (const runner of runners) await runner.takeTurn();
    }
    return new Race(runners);
  } finally {
    for (const runner of runners) await runner.close();
  }
}

/** A contender on its way through a race, which may end early. */
class Runner {
  readonly name: string;
  readonly seconds: number[] = [];
  /** Why it has left the race. */
  missing: string | null = null;
  readonly #request: ContenderRequest;
  #contender: Contender | undefined;
  #calls = 1;

  constructor(name: string, request: ContenderRequest) {
    this.name = name;
    this.#request = request;
  }

  /** Starts it, and finds out how many calls make a turn of the length that is wanted. */
  warmUp(setting: Setting): Promise<void> {
    return this.#unlessMissing(async () => {
      const { calls: limit = standardCalls } = this.#request;
      const contender = await Contender.start({ ...this.#request, calls: limit }, setting);
      this.#contender = contender;
      const { turnSeconds, rounds, longestCallSeconds } = setting.effort;
      let { seconds } = await contender.take(1);
      if (seconds > longestCallSeconds) {
        throw new NotMeasured(`one call took ${seconds.toFixed(0)} s, more than the ${longestCallSeconds} s allowed`);
      }
      if (seconds < longCallSeconds) ({ seconds } = await contender.take(1));
      const most = Math.floor((limit - warmUpCalls) / rounds);
      this.#calls = Math.max(1, Math.min(Math.ceil(turnSeconds / seconds), most));
    });
  }

  takeTurn(): Promise<void> {
    return this.#unlessMissing(async () => {
      const turn = await this.#contender?.take(this.#calls);
      if (turn !== undefined) this.seconds.push(turn.seconds / this.#calls);
    });
  }

  async close(): Promise<void> {
    await this.#contender?.[Symbol.asyncDispose]();
  }

  async #unlessMissing(work: () => Promise<void>): Promise<void> {
    if (this.missing !== null) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NotMeasured)) throw error;
      this.missing = error.message;
    }
  }
}
