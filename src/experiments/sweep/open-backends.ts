import type { Backend } from "../../backend.ts";
import { jsonText } from "../../json.ts";
import { open } from "../../open.ts";
import type { OpenOptions } from "../../schema/backends.ts";

/** Backends that many runs share: each is opened once, or is one that was lent and stays open. */
export class OpenBackends implements AsyncDisposable {
  readonly #lent: Backend | undefined;
  readonly #open = new Map<string, Promise<Backend>>();

  constructor(lent?: Backend) {
    this.#lent = lent;
  }

  /** @throws AdsamError as `open`. */
  async of(options: OpenOptions = {}): Promise<Backend> {
    if (this.#lent !== undefined) return this.#lent;
    const key = jsonText(options);
    const found = this.#open.get(key) ?? open(options);
    this.#open.set(key, found);
    found.catch(() => this.#open.delete(key));
    return found;
  }

  /** The next run opens it anew. */
  async forget(options: OpenOptions = {}): Promise<void> {
    const key = jsonText(options);
    await (await this.#open.get(key))?.close();
    this.#open.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = await Promise.allSettled(this.#open.values());
    await Promise.all(all.map(async (one) => one.status === "fulfilled" && one.value.close()));
  }
}
