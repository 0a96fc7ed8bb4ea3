import type { EndedRun } from "../experiments/record.ts";
import type { TrainEvent } from "../experiments/train-events.ts";
import { duration, Progress, percent } from "./progress.ts";
import { wayOn } from "./way-on.ts";

/** Shows a run to a person: its course on stderr, where it is and how it ended on stdout. */
export class TrainView {
  #folder = "";
  #progress: Progress | undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => {
      const again = signal.reason === "SIGINT" ? "Ctrl-C again" : "the next signal";
      this.#say(`stopping; ${again} ends at once`);
    });
  }

  /** Shows all events; answers how the run ended. */
  async show(events: AsyncIterable<TrainEvent>): Promise<EndedRun["status"] | undefined> {
    try {
      for await (const event of events) {
        if (event.kind === "start") this.#start(event);
        else if (event.kind === "result") return this.#end(event.result);
        else this.#progress?.show(event);
      }
    } finally {
      this.#progress?.clear();
    }
    return undefined;
  }

  #start({ folder, run }: TrainEvent & { kind: "start" }): void {
    this.#folder = folder;
    this.#progress = new Progress(process.stderr, run.fit.epochs);
    const { data, backend, model } = run;
    const network = "bayesian" in model && !model.bayesian ? `plain ${model.kind}` : `Bayesian ${model.kind}`;
    this.#say(`${network} on ${data.trainImages} images of ${data.name}; ${backend.backend} on ${backend.deviceName}`);
    this.#say(`run folder: ${folder}`);
  }

  #end({ status, epochs, seconds, train, validation, best, stoppedBy }: EndedRun): EndedRun["status"] {
    const count = `${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;
    if (status === "cancelled") {
      const why = stoppedBy === "time" ? ", for its time is up" : "";
      this.#say(`stopped after ${count}${why}: ${this.#folder}`);
      this.#say(wayOn(this.#folder));
      return status;
    }
    this.#progress?.clear();
    const facts = [
      `trained ${count} in ${duration(seconds)}`,
      ...(stoppedBy === "patience" && best !== null ? [`none better than epoch ${best.epoch + 1}`] : []),
      ...(train === null ? [] : [`training accuracy ${percent(train.accuracy)}`]),
      ...(validation === null ? [] : [`test accuracy ${percent(validation.accuracy)}`]),
    ];
    process.stdout.write(`${facts.join(", ")}\nrun folder: ${this.#folder}\n`);
    return status;
  }

  #say(text: string): void {
    if (this.#progress) this.#progress.line(text);
    else process.stderr.write(`${text}\n`);
  }
}
