import type * as z from "zod";
import { AdsamError } from "../errors.ts";
import { type Carrying, strangeNames } from "../schema/bundle.ts";
import type { AnswerOf, Jobs as JobEndpoints, RequestOf } from "../schema/endpoints.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";

/** The tensors that a bundle carries; `gradient/*` stands for all names that begin so. */
type CarriedBy<B> =
  B extends Carrying<infer Names>
    ? { readonly [Name in Names as Name extends `${infer Beginning}*` ? `${Beginning}${string}` : Name]: Tensor }
    : never;

/** A message as its sender and its reader have it: with tensors, where a bundle of them crosses. */
type Unpacked<Message> = Message extends { tensors: infer B }
  ? Omit<Message, "tensors"> & { readonly tensors: CarriedBy<B> }
  : Message;

export type JobRequest<M extends keyof JobEndpoints> = Unpacked<RequestOf<JobEndpoints[M]>>;
export type JobAnswer<M extends keyof JobEndpoints> = Unpacked<AnswerOf<JobEndpoints[M]>>;

/** @throws AdsamError `python` for tensors that the schema does not declare, or that it does and are not there. */
export function checkNames(message: z.ZodType, tensors: NamedTensors, what: string): void {
  const problem = strangeNames(message, Object.keys(tensors));
  if (problem !== undefined) throw new AdsamError("python", `${what}: ${problem}`);
}
