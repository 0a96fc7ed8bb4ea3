import { AdsamError } from "../errors.ts";
import type { Operation } from "../schema/interop.ts";
import type { Program } from "../schema/options.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";
import { withPrefix } from "../torch/bundle.ts";
import { originOf } from "../torch/failures.ts";
import type { JobAnswer } from "../torch/messages.ts";
import type { Answerer, Forgotten, Given, Question, Thrown } from "../torch/questions.ts";
import type { Requests } from "../torch/requests.ts";
import type { Asker, AskOptions, BlockingAsk } from "./asker.ts";
import { Callbacks, questionAtHand } from "./callbacks.ts";
import type { Contract } from "./contract/contract.ts";
import { objectBehind } from "./contract/instance.ts";
import { type Client, classNames, type Imported, modulesOf, useClient } from "./contract/use.ts";
import { numberFor, objectOf, PythonObject } from "./handle.ts";
import { Incoming, type Receiver } from "./incoming.ts";
import { Kept } from "./kept.ts";
import { Keywords, sourceOf } from "./kinds.ts";
import { Outgoing, type Sender } from "./outgoing.ts";
import type { ModuleCode } from "./recording/record.ts";
import type { Callback, Handle } from "./wire.ts";

/** What a call only begins: the rest of it runs when it is iterated over, and is asked as the call was. */
const runsLater: ReadonlySet<string> = new Set(["generator", "async_generator"]);

/** The objects and functions that cross to one session of Python, and what is asked of them. */
export class Python implements Asker, Sender, Receiver, Answerer {
  readonly #requests: Requests;
  readonly #callbacks = new Callbacks();
  readonly #released: number[] = [];
  #asking = 0;

  constructor(requests: Requests) {
    this.#requests = requests;
    requests.answerer = this;
  }

  /** What modules offer to a caller. */
  async contract(modules: readonly string[], program: Program): Promise<Contract> {
    return (await this.offered(modules, program)).contract;
  }

  /** What modules offer to a caller, and where its code is. */
  async offered(modules: readonly string[], program: Program): Promise<{ contract: Contract; code: ModuleCode }> {
    const { contract, code } = await this.#requests.run("contract", { modules: [...modules], program });
    return { contract: JSON.parse(contract), code: JSON.parse(code) };
  }

  /** The modules of a client that `adsam wrap` has made. */
  async use<Modules>(made: Client<Modules>, program: Program, options: AskOptions): Promise<Modules> {
    const recorded = modulesOf(made);
    const now = await this.contract(Object.keys(recorded), program);
    const modules = new Map<string, Imported>();
    for (const [name, contract] of Object.entries(recorded)) {
      const module = await this.import(name, program, options);
      const found = classNames(contract).map(async (one) => [one, await module.get<PythonObject>(one)] as const);
      modules.set(name, { module, classes: new Map(await Promise.all(found)) });
    }
    return useClient(made, now, modules);
  }

  /** The module of that name, as a handle. */
  async import(name: string, program: Program, options: AskOptions): Promise<PythonObject> {
    const module = await this.ask("import", program, [name], { ...options, keep: true });
    return (module as PythonObject).with({ keep: false });
  }

  async ask(operation: Operation, program: Program, given: readonly unknown[], options: AskOptions): Promise<unknown> {
    const { onOutput, signal } = options;
    const { outgoing, request } = this.#question(operation, program, given, options);
    this.#asking += 1;
    try {
      return this.#outcome(outgoing, await this.#requests.run("ask", request, { signal, onOutput }), options);
    } catch (error) {
      throw this.#callbacks.thrownOr(error);
    } finally {
      this.#asking -= 1;
      if (this.#asking === 0) this.#callbacks.forgetThrown();
    }
  }

  async blocking(): Promise<BlockingAsk> {
    const blocking = await this.#requests.blocking();
    return (operation, program, given, options) => {
      const { outgoing, request } = this.#question(operation, program, given, options);
      return this.#outcome(outgoing, blocking.ask(request), options);
    };
  }

  #question(operation: Operation, program: Program, given: readonly unknown[], { keep = false, onOutput }: AskOptions) {
    const outgoing = new Outgoing(this);
    const values = writeArguments(outgoing, operation, given);
    const output = onOutput !== undefined;
    return { outgoing, request: { operation, program, values, keep, output, tensors: outgoing.tensors } };
  }

  #outcome(outgoing: Outgoing, answer: JobAnswer<"ask">, options: AskOptions): unknown {
    const { value, changed, tensors } = answer;
    const { onChanged, signal, onOutput } = options;
    tellChanges(outgoing, withPrefix(tensors, "changed/"), onChanged);
    const handle = (made: Handle) => {
      const object = this.handle(made);
      return runsLater.has(made.type) ? object.with({ signal, onOutput }) : object;
    };
    const incoming = new Incoming(tensors, { handle, keep: (source) => this.keep(source) }, outgoing);
    if (changed !== null) incoming.change(changed, onChanged);
    return incoming.read(value);
  }

  /** Frees an object, with others that are released at the same time. */
  release(number: number): void {
    this.#released.push(number);
    if (this.#released.length > 1) return;
    setImmediate(() => {
      const handles = this.#released.splice(0);
      this.#requests.tell("release", { handles }).catch(() => {}); // a session that has ended holds nothing
    });
  }

  numberOf(value: object): number | undefined {
    const object = value instanceof PythonObject ? value : objectBehind(value);
    if (object === undefined) return undefined;
    const number = numberFor(object, this);
    if (number !== undefined) return number;
    throw new AdsamError("usage", `expected an object of this backend, got a ${object.type} of another one`, {
      suggestion: "open one backend, and use it for both",
    });
  }

  handle(handle: Handle): PythonObject {
    return objectOf(this, handle);
  }

  keep(source: number): Kept {
    return new Kept(this, source);
  }

  sourceNumber(record: object): number | undefined {
    const source = sourceOf(record);
    return source?.asker === this ? source.number : undefined;
  }

  callback(call: Callback): number {
    return this.#callbacks.number(call);
  }

  forgotten({ callback, times }: Forgotten): void {
    this.#callbacks.forget(callback, times);
  }

  /** What a function gives to Python's question. */
  async answer(question: Question, tensors: NamedTensors): Promise<Given> {
    const call = this.#callbacks.function(question.callback);
    if (call === undefined) throw new AdsamError("python", `there is no function ${question.callback}`);
    const [values, named] = new Incoming(tensors, this).read(question.values) as [never[], object];
    const given = Object.keys(named).length === 0 ? values : [...values, named as never];
    const result = await questionAtHand.run(question.question, async () => call(...given));
    const outgoing = new Outgoing(this);
    const value = JSON.stringify(outgoing.wire(result === undefined ? null : result, `what ${nameOf(call)} returns`));
    return { value, tensors: outgoing.tensors };
  }

  /** What Python is told of an error instead. */
  thrown(error: unknown): Thrown {
    return { number: this.#callbacks.throwing(error), ...toldOf(error) };
  }
}

/** What can be told of anything that was thrown: what it has may throw itself when it is looked at. */
function toldOf(error: unknown): Omit<Thrown, "number"> {
  try {
    const { name, message } = error instanceof Error ? error : { name: "Error", message: error };
    const raised = error instanceof AdsamError ? originOf(error).raised : null;
    return { name: String(name), message: String(message), raised };
  } catch {
    return { name: "Error", message: "(it could not be read)", raised: null };
  }
}

const nameOf = (call: Callback): string => call.name || "the function";

/** What comes before the arguments that are the user's, of each operation. */
const ownArguments: { readonly [O in Operation]?: number } = { method: 2, jvp: 2, import: 0, patch: 0 };

function writeArguments(outgoing: Outgoing, operation: Operation, given: readonly unknown[]): string {
  const last = given.at(-1);
  const byName = last instanceof Keywords ? last.values : {};
  const byPlace = last instanceof Keywords ? given.slice(0, -1) : given;
  const first = ownArguments[operation] ?? 1;
  const values = byPlace.map((value, i) => outgoing.wire(value, `[${i - first}]`));
  const named = Object.entries(byName).filter(([, value]) => value !== undefined);
  return JSON.stringify([values, Object.fromEntries(named.map(([name, value]) => [name, outgoing.wire(value, name)]))]);
}

/** Gives the caller's arrays the numbers that Python's copies of them have now. */
function tellChanges(outgoing: Outgoing, changed: NamedTensors, onChanged: AskOptions["onChanged"]): void {
  for (const [name, now] of Object.entries(changed)) {
    const given = outgoing.tensors[name];
    const place = outgoing.paths[name] ?? name;
    if (given === undefined) throw new AdsamError("python", `expected changes of arguments, got ${name}`);
    if (given.dtype !== now.dtype || String(given.shape) !== String(now.shape)) {
      if (onChanged === undefined) {
        const became = `${now.dtype} [${now.shape}]`;
        throw new AdsamError("usage", `${place}: Python made ${became} of what was ${given.dtype} [${given.shape}]`, {
          suggestion: "take it from the option onChanged",
        });
      }
    } else overwrite(given, now);
    onChanged?.(place, now);
  }
}

function overwrite(given: Tensor, now: Tensor): void {
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);
  bytes(given.data).set(bytes(now.data));
}
