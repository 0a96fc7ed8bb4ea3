import type { FitEvent, TrainingMeans } from "../schema/events.ts";

const drawIntervalMilliseconds = 100;
const narrowestBar = 8;
const widestBar = 40;

/** What the loss of Bayesian weights is made of, but for its adversarial part. */
interface LossParts extends Pick<TrainingMeans, "crossEntropy" | "kl"> {
  readonly beta: number | null;
}

export interface ProgressState extends LossParts {
  readonly epoch: number;
  readonly epochs: number;
  /** Part of this epoch that is done, 0 to 1. */
  readonly done: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** None where the loss is one cross-entropy. */
function lossParts({ crossEntropy, kl, beta }: LossParts): string[] {
  if (crossEntropy === null || kl === null) return [];
  const weight = beta === null ? "" : ` × ${Number(beta.toPrecision(3))}`;
  return [`cross-entropy ${crossEntropy.toFixed(3)}`, `KL ${kl.toFixed(0)}${weight}`];
}

/** One line of at most `width` characters; what finds no room is left out, from the right. */
export function renderProgress(state: ProgressState, width: number): string {
  const head = `epoch ${state.epoch + 1}/${state.epochs} `;
  const facts = [
    `loss ${state.loss.toFixed(3)}`,
    `accuracy ${percent(state.accuracy)}`,
    `${Math.round(state.imagesPerSecond)} images/s`,
    ...(Number.isFinite(state.secondsLeft) ? [`ETA ${duration(state.secondsLeft)}`] : []),
    ...lossParts(state),
  ];
  const tail = () => facts.map((fact) => `  ${fact}`).join("");
  while (facts.length > 0 && head.length + narrowestBar + tail().length > width) facts.pop();
  const room = Math.max(0, Math.min(widestBar, width - head.length - tail().length));
  const filled = Math.round(room * state.done);
  return `${head}${"█".repeat(filled)}${"░".repeat(room - filled)}${tail()}`.slice(0, width);
}

/** What stays of an epoch when it is over. */
export function renderEpoch(event: FitEvent & { kind: "epoch" }): string {
  const { train, validation, beta } = event;
  const facts = [
    `loss ${train.loss.toFixed(3)}`,
    ...lossParts({ ...train, beta }),
    `accuracy ${percent(train.accuracy)}`,
  ];
  const test =
    validation === null ? "" : `  test loss ${validation.loss.toFixed(3)}  accuracy ${percent(validation.accuracy)}`;
  const speed = `${Math.round(event.imagesPerSecond)} images/s`;
  return `epoch ${event.epoch + 1}/${event.epochs}  ${facts.join("  ")}${test}  ${speed}`;
}

/** The part of a stream, such as stderr, that is drawn on. */
export type Screen = Pick<NodeJS.WriteStream, "isTTY" | "columns"> & { write(text: string): boolean };

/** Shows a run: on a terminal a bar beneath the lines of the epochs that are over, elsewhere the lines alone. */
export class Progress {
  readonly #stream: Screen;
  readonly #epochs: number;
  #drawn = Number.NEGATIVE_INFINITY;
  #first: { readonly time: number; readonly progress: number } | undefined;

  constructor(stream: Screen, epochs: number) {
    this.#stream = stream;
    this.#epochs = epochs;
  }

  show(event: FitEvent): void {
    if (event.kind === "epoch") this.line(renderEpoch(event));
    else if (this.#stream.isTTY) this.#draw(event);
  }

  /** Writes a line that stays, where the bar was. */
  line(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\x1b[2K");
    this.#drawn = Number.NEGATIVE_INFINITY;
  }

  #draw(event: FitEvent & { kind: "step" }): void {
    const now = performance.now();
    const done = event.batch / event.batches;
    const progress = event.epoch + done;
    this.#first ??= { time: now, progress };
    if (now - this.#drawn < drawIntervalMilliseconds) return;
    this.#drawn = now;
    const { time, progress: from } = this.#first;
    const secondsLeft = ((now - time) / 1000 / (progress - from)) * (this.#epochs - progress);
    const line = renderProgress(
      { ...event, epochs: this.#epochs, done, secondsLeft },
      (this.#stream.columns ?? 80) - 1,
    );
    this.#stream.write(`\r\x1b[2K${line}`);
  }
}
