/** Long enough to cost nothing, short enough that nobody notices. */
const milliseconds = 20;

/** Lets long work give way to everything else now and then: timers, signals, other requests. */
export class Pace {
  #since = performance.now();

  /** Gives way if it is time; call it between two pieces of work. */
  async rest(): Promise<void> {
    if (performance.now() - this.#since < milliseconds) return;
    await new Promise<void>((resolve) => setTimeout(resolve));
    this.#since = performance.now();
  }
}
