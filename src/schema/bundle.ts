import * as z from "zod";

const carried = {
  names: z.array(z.string()).describe("of the tensors, in their order, which the format does not keep"),
  complex: z.array(z.string()).describe("those that cross as pairs of real and imaginary parts, along one more axis"),
};

/** Named tensors in the safetensors format: short ones in the message, long ones in a file of the session's folder. */
export const bundle = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("inline"), base64: z.string(), ...carried }).meta({ id: "InlineBundle" }),
    z.object({ kind: z.literal("file"), path: z.string(), ...carried }).meta({ id: "FileBundle" }),
  ])
  .meta({ id: "Bundle" });
export type Bundle = z.output<typeof bundle>;
