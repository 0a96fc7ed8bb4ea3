import type * as z from "zod";
import type { Calls, RequestOf } from "../schema/endpoints.ts";
import { type answerRequest, type CallbackEvent, callbackEvent } from "../schema/interop.ts";
import type { NamedTensors } from "../tensor.ts";
import { pack, unpack } from "./bundle.ts";
import { understood } from "./failures.ts";
import type { Folders } from "./folders.ts";

export type Question = Extract<CallbackEvent, { kind: "question" }>;
type Forgotten = Extract<CallbackEvent, { kind: "forgotten" }>;

/** What a function answers, before its tensors are packed. */
export interface Answer extends Omit<z.output<typeof answerRequest>, "question" | "tensors"> {
  readonly tensors: NamedTensors;
}

/** Who answers for the functions that Python may call. */
export interface Answerer {
  /** It never rejects. */
  question(question: Question, tensors: NamedTensors): Promise<Answer>;
  forgotten(event: Forgotten): void;
}

/** What questions need of their session. */
interface Host {
  readonly folders: Folders;
  call(method: "answer", request: RequestOf<Calls["answer"]>): Promise<unknown>;
}

/** What Python asks of functions that it was given. */
export class Questions {
  readonly #host: Host;
  /** Set before the first function is given. */
  answerer: Answerer | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Takes what Python tells of functions. */
  hear(told: unknown): void {
    const event = understood(callbackEvent, told, "what Python asks of a function");
    if (event.kind === "forgotten") this.answerer?.forgotten(event);
    else this.#answer(event).catch(() => {}); // a session that ends says so by itself
  }

  async #answer(question: Question): Promise<void> {
    if (this.answerer === undefined) throw new Error("Python has no function to ask");
    const { tensors, ...answer } = await this.answerer.question(question, await unpack(question.tensors));
    const carrier = await pack(tensors, this.#host.folders); // Python drops it
    await this.#host.call("answer", { question: question.question, ...answer, tensors: carrier });
  }
}
