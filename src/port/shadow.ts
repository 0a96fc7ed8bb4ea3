import { type Comparison, failed } from "../conformance/comparison.ts";
import { type Distance, measure } from "../conformance/tolerance.ts";
import type { NamedTensors } from "../tensor.ts";
import { compared } from "./compared.ts";
import { DepartureFolder } from "./departures.ts";
import { type Native, namedOutputs } from "./native.ts";
import type { Departed } from "./port.ts";
import { type Parts, rebuilt } from "./structure.ts";

/** What stays of the shadow's work. */
export interface Bounds {
  /** How many departures are kept. */
  readonly keep: number;
  /** How long the native function may take for a call, in milliseconds. */
  readonly patience: number;
  /** Where departures are written. */
  readonly record: string | undefined;
}

/** A sampled call, as Python tells it. */
export interface Sample {
  readonly given: Parts;
  readonly control: NamedTensors;
  /** Python's outputs in a second run, moved by rounding. */
  readonly second: NamedTensors | null;
  readonly changed: readonly string[];
  readonly drew: boolean;
}

/** Runs the native function beside Python's, one sampled call after another, and keeps where they part. */
export class Shadow {
  readonly #target: string;
  readonly #native: Native;
  readonly #bounds: Bounds;
  readonly #folder: DepartureFolder | undefined;
  readonly #noise = new Map<string, Distance>();
  readonly departures: Departed[] = [];
  compared = 0;
  unrecorded = 0;
  draws = false;
  stopped: string | null = null;
  #line: Promise<void> = Promise.resolve();

  constructor(target: string, native: Native, bounds: Bounds) {
    this.#target = target;
    this.#native = native;
    this.#bounds = bounds;
    this.#folder = bounds.record === undefined ? undefined : new DepartureFolder(bounds.record);
  }

  /** Everything that Python has told of so far is compared. */
  get idle(): Promise<void> {
    return this.#line;
  }

  /** How far two runs of Python's own differ. */
  get noise(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#noise].map(([name, { max }]) => [name, max]));
  }

  /** Compares in its turn; never rejects. */
  sample(sample: Sample): Promise<void> {
    this.#line = this.#line
      .then(() => this.#compare(sample))
      .catch((error: unknown) => {
        this.stopped = `the comparison failed: ${error instanceof Error ? error.message : error}`;
      });
    return this.#line;
  }

  async #compare({ given, control, second, changed, drew }: Sample): Promise<void> {
    if (this.stopped !== null) return;
    this.draws ||= drew;
    if (second !== null) this.#note(control, second);
    const begun = performance.now();
    const { candidate, comparisons } = await this.#judge(given, control);
    const took = performance.now() - begun;
    this.compared += 1;
    if (took > this.#bounds.patience) {
      this.stopped = `the native function took ${Math.round(took)} ms, of ${this.#bounds.patience} that a call may take`;
    }
    const inPlace = changed.map((name) =>
      failed({
        kind: "throws",
        tensor: name,
        message: `${name}: Python changes it in place, a native function nothing`,
      }),
    );
    const wrong = [...comparisons, ...inPlace].filter(({ message }) => message !== undefined);
    if (wrong.length > 0) await this.#keep(given, control, candidate, wrong);
  }

  async #judge(given: Parts, control: NamedTensors) {
    try {
      const candidate = namedOutputs(await this.#native.run(given, false));
      const names = [...new Set([...Object.keys(control), ...Object.keys(candidate)])];
      return { candidate, comparisons: names.map((name) => compared(name, control, candidate, this.#noise.get(name))) };
    } catch (error) {
      const message = `the native function throws: ${error instanceof Error ? error.message : error}`;
      return { candidate: {}, comparisons: [failed({ kind: "throws", tensor: "", message })] };
    }
  }

  #note(control: NamedTensors, second: NamedTensors): void {
    for (const [name, one] of Object.entries(control)) {
      const other = second[name];
      if (other?.shape.join() !== one.shape.join()) continue;
      const { max, norm } = measure(other, one);
      const before = this.#noise.get(name) ?? { max: 0, norm: 0 };
      this.#noise.set(name, { max: Math.max(max, before.max), norm: Math.max(norm, before.norm) });
    }
  }

  async #keep(given: Parts, control: NamedTensors, candidate: NamedTensors, comparisons: readonly Comparison[]) {
    if (this.departures.length >= this.#bounds.keep) {
      this.unrecorded += 1;
      return;
    }
    const values = rebuilt(given, given.tensors) as Readonly<Record<string, unknown>>;
    const departed: Departed = { target: this.#target, arguments: values, control, candidate, comparisons };
    this.departures.push(departed);
    await this.#folder?.write(departed);
  }
}
