import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { type PythonErrorData, pythonError as pythonErrorData } from "../schema/endpoints.ts";
import { validate } from "../validation.ts";

/** What every question is answered with. */
export const reply = z.union([z.object({ answer: z.unknown() }), z.object({ error: pythonErrorData })]);

/** Under which numbers either side keeps the error that this one stands for. */
export type Origin = Pick<PythonErrorData, "thrown" | "raised">;

const origins = new WeakMap<AdsamError, Origin>();

/** A Python exception rebuilt: under its own code where it was raised on purpose, otherwise as `python`. */
export function pythonError(data: PythonErrorData): AdsamError {
  const { type, bases, traceback, thrown, raised } = data;
  const message = data.code === null ? `${type}: ${data.message}` : data.message;
  const error = new AdsamError(data.code ?? "python", message, {
    suggestion: data.suggestion ?? undefined,
    python: { type, bases, traceback },
  });
  origins.set(error, { thrown, raised });
  return error;
}

/** Where an error that came from Python has come from, if it began elsewhere. */
export function originOf(error: AdsamError): Origin {
  return origins.get(error) ?? { thrown: null, raised: null };
}

/**
 * What Python said, as the protocol has it.
 * @throws AdsamError `python` when it is something else.
 */
export function understood<Schema extends z.ZodType>(schema: Schema, said: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(said);
  if (result.success) return result.data; // most often: saying what is wrong takes twenty times as long
  return validate(schema, said, what, "python", "install the npm package and its Python package in the same version");
}

/** The process died on its own, of which it may not be known yet how: `crash` is what faulthandler wrote, if anything. */
export function crashed(code: number | null, signal: NodeJS.Signals | null, crash: string): AdsamError {
  const how = signal !== null ? `signal ${signal}` : code === null ? "while it was asked" : `exit code ${code}`;
  return new AdsamError("crashed", `Python ended unexpectedly (${how})${crash === "" ? "" : `:\n${crash}`}`, {
    suggestion: "open the backend again: what lived in it is gone, but for checkpoints, from which `fit` resumes",
  });
}

/** The process was ended to make room: what lived in it is gone. */
export function replaced(): AdsamError {
  return new AdsamError("crashed", "Python was ended, since a call that was given up would not stop", {
    suggestion: "make its objects and models again: the backend has a new Python for what comes next",
  });
}

export function closed(): AdsamError {
  return new AdsamError("closed", "the session is closed", { suggestion: "open the backend again" });
}

export function cancelled(reason: unknown): AdsamError {
  return new AdsamError("cancelled", "cancelled", { cause: reason });
}
