import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TorchBackend } from "../backend.ts";
import type { Arguments } from "../conformance/prove/given.ts";
import { openSubject, type RunOptions, type Subject, type Wanted } from "../conformance/prove/python-subject.ts";
import { AdsamError } from "../errors.ts";
import { open } from "../open.ts";
import { type NamedTensors, tensor } from "../tensor.ts";
import type { Uses } from "./uses.ts";
import { Wire } from "./wire.ts";

/** What a test file asks of the Python that all share. */
export type SharedRequest =
  | {
      readonly ask: "open";
      /** The file of the test that asks; undefined where vitest does not say. */
      readonly test: string | undefined;
      readonly wanted: Wanted & { readonly folder: string };
    }
  | {
      readonly ask: "run";
      /** As `open` answered it. */
      readonly subject: number;
      readonly given: Arguments;
      readonly state: NamedTensors;
      readonly options: RunOptions;
    };

/** One Python for a whole run of vitest, in its main process; test files reach it by a socket that only this user can. */
export class SharedTorch {
  /** Of the socket. */
  readonly path: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #uses: Uses | undefined;
  #torch: TorchBackend;

  private constructor(folder: string, torch: TorchBackend, uses: Uses | undefined) {
    this.#folder = folder;
    this.path = join(folder, "torch");
    this.#torch = torch;
    this.#uses = uses;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /**
   * Starts Python, imports torch there, and listens.
   * @param uses where it notes which test files use what; undefined where nobody wants to know.
   */
  static async start(uses: Uses | undefined): Promise<SharedTorch> {
    const folder = await mkdtemp(join(tmpdir(), "adsam-vitest-"));
    const shared = new SharedTorch(folder, await startedTorch(), uses);
    await new Promise<void>((resolve, reject) => {
      shared.#server.once("error", reject).listen(shared.path, resolve);
    });
    return shared;
  }

  /**
   * Another Python, which imports the user's modules as they are now.
   * @param tests the files that run with it.
   */
  async restart(tests: readonly string[]): Promise<void> {
    this.#uses?.rerun(tests);
    await this.#torch.close();
    this.#torch = await startedTorch();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await this.#torch.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    const subjects: Subject[] = [];
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // a test file's process is gone, which vitest tells
    const wire = new Wire(socket, (message) => {
      const { id, request } = message as { id: number; request: SharedRequest };
      this.#answer(request, subjects).then(
        (answer) => wire.send({ id, answer }),
        (error: unknown) => wire.send({ id, error: told(error) }),
      );
    });
  }

  async #answer(request: SharedRequest, subjects: Subject[]): Promise<unknown> {
    if (request.ask === "open") {
      const subject = await this.#open(request);
      const { parameters, rest, annotations, state } = subject;
      return { subject: subjects.push(subject) - 1, description: { parameters, rest, annotations, state } };
    }
    const subject = subjects[request.subject];
    if (subject === undefined) throw new Error(`expected one of ${subjects.length} functions, got ${request.subject}`);
    return subject.run(request.given, request.state, request.options);
  }

  async #open({ test, wanted }: SharedRequest & { readonly ask: "open" }): Promise<Subject> {
    const use = test === undefined ? undefined : this.#uses?.begin(test, wanted.folder);
    const opening = openSubject(this.#torch, wanted);
    if (use === undefined) return opening;
    const subject = await use.of(opening, ({ files }) => files());
    return { ...subject, run: (...given) => use.of(subject.run(...given), () => subject.files()) };
  }
}

/** An error as it crosses. */
export type ToldError = Pick<AdsamError, "code" | "message" | "suggestion" | "python">;

function told(error: unknown): ToldError {
  if (error instanceof AdsamError) {
    const { code, message, suggestion, python } = error;
    return { code, message, suggestion, python };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "crashed", message, suggestion: undefined, python: undefined };
}

/** Asked once before any test is, so that no test pays for what Python does on its first question. */
async function startedTorch(): Promise<TorchBackend> {
  const torch = await open({ device: "cpu" });
  const { run } = await openSubject(torch, { torch: "torch:tanh" });
  const input = tensor(new Float32Array(1));
  await run({ input }, {}, { precision: "float64", differentiate: ["input"], draws: null });
  return torch;
}
