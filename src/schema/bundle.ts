import * as z from "zod";

const mapped = z
  .object({
    name: z.string(),
    path: z.string().describe("of a file that Python may map, and neither changes nor removes"),
    offset: z.int().min(0).describe("in bytes, of the first number"),
    dtype: z.string().describe("such as float32"),
    shape: z.array(z.int().min(0)),
  })
  .meta({ id: "MappedTensor", description: "A tensor that a file holds anyway." });
export type MappedTensor = z.output<typeof mapped>;

const carried = {
  names: z.array(z.string()).describe("of the tensors, in their order, which the format does not keep"),
  complex: z.array(z.string()).describe("those that cross as pairs of real and imaginary parts, along one more axis"),
  mapped: z.array(mapped).describe("those that lie in files of their own: nothing else carries them"),
};

/**
 * Named tensors in the safetensors format: short ones in the message, long ones in a file of the session's folder, unless a
 * file holds them anyway.
 */
export const bundle = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("inline"), base64: z.string(), ...carried }).meta({ id: "InlineBundle" }),
    z.object({ kind: z.literal("file"), path: z.string(), ...carried }).meta({ id: "FileBundle" }),
  ])
  .meta({ id: "Bundle" });
export type Bundle = z.output<typeof bundle>;

/** Names what a bundle carries, for the compiler alone. */
export interface Carrying<Names extends string> {
  readonly [names]?: Names;
}
declare const names: unique symbol;

/** A bundle of the tensors of these names. Both ends are held to them where TypeScript packs and unpacks. */
export function carrying<const Names extends string>(...names: readonly Names[]): z.ZodType<Bundle & Carrying<Names>> {
  const named = bundle.meta({ description: names.join(", "), tensors: names });
  return named as unknown as z.ZodType<Bundle & Carrying<Names>>;
}

/** What is wrong with the names of a message's tensors; undefined where they are those that its schema declares. */
export function strangeNames(message: z.ZodType, given: readonly string[]): string | undefined {
  const field: unknown = message instanceof z.ZodObject ? message.shape.tensors : undefined;
  const declared = field instanceof z.ZodType ? field.meta()?.tensors : undefined;
  if (!Array.isArray(declared)) return undefined;
  const matches = (name: string) => (pattern: string) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  const strange = given.filter((name) => !declared.some(matches(name)));
  const missing = declared.filter((pattern: string) => !pattern.endsWith("*") && !given.includes(pattern));
  if (strange.length + missing.length === 0) return undefined;
  return `expected the tensors ${declared.join(", ")}, got ${given.join(", ") || "none"}`;
}
