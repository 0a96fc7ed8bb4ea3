import * as z from "zod";
import type { Backend, CallOptions, CallResult, ImportOptions, RecordingOptions, TorchBackend } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { call } from "../interop/call.ts";
import type { Contract } from "../interop/contract/contract.ts";
import type { Client } from "../interop/contract/use.ts";
import type { PythonObject } from "../interop/handle.ts";
import { programOf } from "../interop/program.ts";
import { programCommand } from "../interop/recording/command.ts";
import { type Recording, recordProgram } from "../interop/recording/record.ts";
import { checkPatchOptions, putInPlace } from "../port/patch.ts";
import type { NativeFunction, Patch, PatchOptions } from "../port/port.ts";
import type { CheckedOpenOptions } from "../schema/backends.ts";
import type { NamedTensors } from "../tensor.ts";
import { validate } from "../validation.ts";
import { PythonModels } from "./models.ts";

/** PyTorch: this package's models there, and any Python. */
class PythonBackend extends PythonModels implements TorchBackend {
  async call(target: string, inputs: NamedTensors, options: CallOptions = {}): Promise<CallResult> {
    return call(this.living.requests, target, inputs, options);
  }

  async import(module: string, options: ImportOptions = {}): Promise<PythonObject> {
    const { signal, onOutput, ...rest } = options;
    const program = programOf(rest, "import");
    return this.living.python.import(validate(z.string(), module, "import"), program, { signal, onOutput });
  }

  async use<Modules>(client: Client<Modules>, options: ImportOptions = {}): Promise<Modules> {
    const { signal, onOutput, ...rest } = options;
    return this.living.python.use(client, programOf(rest, "use"), { signal, onOutput });
  }

  async contract(modules: readonly string[], options: ImportOptions = {}): Promise<Contract> {
    const program = programOf(options, "contract");
    return this.living.python.contract(checkedModules(modules, "contract"), program);
  }

  async record(modules: readonly string[], command: string, options: RecordingOptions = {}): Promise<Recording> {
    const { signal, onOutput, keepCalls, ...rest } = options;
    if ("cuda" in rest) throw new AdsamError("usage", "record: a program of its own is served no CUDA");
    const program = programOf(rest, "record");
    const { folder } = program;
    const parsed = programCommand(validate(z.string(), command, "record"), folder);
    const { contract, code } = await this.living.python.offered(checkedModules(modules, "record"), program);
    const watching = { python: await this.interpreter(), folder, signal, onOutput, keepCalls };
    return recordProgram(contract, code, parsed, watching);
  }

  async patch(target: string, native: NativeFunction, options: PatchOptions = {}): Promise<Patch> {
    const checked = checkPatchOptions(options);
    return putInPlace(this.living.python, validate(z.string(), target, "patch"), native, checked);
  }
}

const checkedModules = (modules: readonly string[], what: string) =>
  validate(z.array(z.string()).min(1), modules, what);

export function openTorch(options: CheckedOpenOptions): TorchBackend {
  return new PythonBackend(options);
}

/** The published code of a checkout, as it is: its models, which a session of its own keeps. */
export function openReference(options: CheckedOpenOptions): Backend {
  return new PythonModels(options);
}
