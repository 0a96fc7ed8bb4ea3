import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Description, Ran, Subject } from "../conformance/prove/python-subject.ts";
import type { OpenSubject } from "../conformance/prove/verdicts.ts";
import { AdsamError } from "../errors.ts";
import { programOf } from "../interop/program.ts";
import type { SharedRequest, ToldError } from "./shared.ts";
import { Wire } from "./wire.ts";

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: ToldError;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: AdsamError): void;
}

/** Python's functions by the Python that the whole run shares. */
export class SharedClient {
  readonly #socket: Socket;
  readonly #wire: Wire;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.unref();
    this.#wire = new Wire(socket, (message) => this.#hear(message as Reply));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) {
        reject(new AdsamError("crashed", "the Python that all test files share is gone"));
      }
      this.#waiting.clear();
    });
  }

  /** @param path of the socket. */
  static async open(path: string): Promise<SharedClient> {
    const socket = connect(path);
    await once(socket, "connect");
    return new SharedClient(socket);
  }

  /** @param test the file of the test that asks; undefined where vitest does not say. */
  functionsFor(test: string | undefined): OpenSubject {
    return async ({ torch, init, make, folder, argv, cuda }): Promise<Subject> => {
      const wanted = { torch, init, make, ...programOf({ folder, argv, cuda }, "toMatchTorch") };
      const opened = await this.#ask({ ask: "open", test, wanted });
      const { subject, description } = opened as { subject: number; description: Description };
      return {
        ...description,
        run: async (given, state, options) => (await this.#ask({ ask: "run", subject, given, state, options })) as Ran,
      };
    };
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(request: SharedRequest): Promise<unknown> {
    if (this.#socket.destroyed) throw new AdsamError("closed", "the Python that all test files share was left");
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      this.#wire.send({ id, request });
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #hear({ id, answer, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new AdsamError(error.code, error.message, error));
  }
}
