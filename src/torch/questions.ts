import type * as z from "zod";
import type { Calls, RequestOf } from "../schema/endpoints.ts";
import { type answerRequest, type CallbackEvent, callbackEvent } from "../schema/interop.ts";
import type { NamedTensors } from "../tensor.ts";
import { pack, unpack } from "./bundle.ts";
import { understood } from "./failures.ts";
import type { Folders } from "./folders.ts";

export type Question = Extract<CallbackEvent, { kind: "question" }>;
export type Forgotten = Extract<CallbackEvent, { kind: "forgotten" }>;
type Message = z.output<typeof answerRequest>;
export type Thrown = NonNullable<Message["thrown"]>;

/** What a function gave, before its tensors are packed. */
export interface Given {
  readonly value: string;
  readonly tensors: NamedTensors;
}

/** Who answers for the functions that Python may call. */
export interface Answerer {
  /** Rejects with what the function throws. */
  answer(question: Question, tensors: NamedTensors): Promise<Given>;
  /** How Python is told of it. */
  thrown(error: unknown): Thrown;
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
  /** Those that wait for their answers. */
  readonly open = new Set<number>();
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

  /** Whatever happens, Python waits to be told. */
  async #answer(question: Question): Promise<void> {
    const { answerer } = this;
    if (answerer === undefined) throw new Error("Python has no function to ask");
    this.open.add(question.question);
    const message = await this.#given(question, answerer).catch(async (error: unknown) => {
      return { value: null, thrown: answerer.thrown(error), tensors: await pack({}, this.#host.folders) };
    });
    this.open.delete(question.question);
    await this.#host.call("answer", { question: question.question, ...message });
  }

  async #given(question: Question, answerer: Answerer): Promise<Omit<Message, "question">> {
    const { value, tensors } = await answerer.answer(question, await unpack(question.tensors));
    return { value, thrown: null, tensors: await pack(tensors, this.#host.folders) }; // Python drops the file
  }
}
