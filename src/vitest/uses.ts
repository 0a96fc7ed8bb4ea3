import { existsSync, realpathSync } from "node:fs";
import { sep } from "node:path";

/** Which test files use which files of Python's, so that in watch mode an edit of one runs the others again. */
export class Uses {
  readonly #watch: (place: string) => void;
  readonly #watched = new Set<string>();
  readonly #uses = new Set<Use>();
  readonly #running = new Set<string>();

  /** @param watch has changes of a file, or within a folder, noticed. */
  constructor(watch: (place: string) => void) {
    this.#watch = watch;
  }

  /** Notes that a test file asks for a function of a folder; what it rests on is still to be told. */
  begin(test: string, folder: string): Use {
    if (this.#running.delete(test)) this.#forget(test);
    const use = new Use(test, realPath(folder), (place) => {
      if (!this.#watched.has(place)) this.#watch(place);
      this.#watched.add(place);
    });
    this.#uses.add(use);
    return use;
  }

  /** The test files that use it; undefined where none is known to. */
  testsOf(file: string): string[] | undefined {
    const path = realPath(file);
    const tests = [...this.#uses].filter((use) => use.includes(path)).map(({ test }) => test);
    return tests.length === 0 ? undefined : [...new Set(tests)];
  }

  /** These run again: what they used before is forgotten as soon as they use something. */
  rerun(tests: readonly string[]): void {
    for (const test of tests) this.#running.add(test);
  }

  #forget(test: string): void {
    for (const use of this.#uses) if (use.test === test) this.#uses.delete(use);
  }
}

/** A test file's use of one function. */
class Use {
  readonly test: string;
  readonly #folder: string;
  readonly #watch: (place: string) => void;
  #places: readonly string[] = [];

  /** @param folder that Python finds modules in, its real path, as all are. */
  constructor(test: string, folder: string, watch: (place: string) => void) {
    this.test = test;
    this.#folder = folder;
    this.#watch = watch;
  }

  /**
   * Asks something of the function. What it rests on is known when it has answered; until then, and where it fails, any file of the
   * folder may matter.
   */
  async of<T>(asked: Promise<T>, files: (answer: T) => Promise<readonly string[]>): Promise<T> {
    this.#restsOn([this.#folder]);
    const answer = await asked;
    this.#restsOn(await files(answer));
    return answer;
  }

  includes(path: string): boolean {
    return this.#places.some((place) => `${path}${sep}`.startsWith(`${place}${sep}`));
  }

  #restsOn(places: readonly string[]): void {
    this.#places = places;
    for (const place of places) this.#watch(place);
  }
}

/** As Python names it; one that is not there as it is. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
