import { AdsamError } from "../../errors.ts";
import type { DrawnInput } from "./cases.ts";
import type { Description } from "./python-subject.ts";

/** What a dimension of each name is; several of one length would hide that two were taken for each other. */
const lengths = [4, 3, 5, 2, 6, 7];

/** Preferred of the dtypes that an annotation allows. */
const preferred = ["float32", "int64", "bool", "complex64", "int32", "uint8"] as const;

/**
 * Inputs as jaxtyping's annotations have them, such as `Float[Tensor, "batch dim"]`: a name is one length wherever it stands.
 * @throws AdsamError `usage` for dimensions that are computed, and dtypes that none of the known is.
 */
export function annotatedInputs({ annotations }: Description): ReadonlyMap<string, DrawnInput> {
  const known = new Map<string, number>();
  const lengthOf = (word: string, name: string): number[] => {
    const dimension = word.replace(/^[#?]/, "").replace(/^\w+=/, "");
    if (/^\d+$/.test(dimension)) return [Number(dimension)];
    if (dimension === "_") return [3];
    if (dimension === "..." || dimension.startsWith("*")) return [2];
    if (!/^\w+$/.test(dimension)) {
      throw new AdsamError("usage", `${name}: expected named dimensions or lengths, got ${word}`, {
        suggestion: `say the shape: ${name}=float32[4,3]`,
      });
    }
    const length = known.get(dimension) ?? lengths[known.size % lengths.length] ?? 3;
    known.set(dimension, length);
    return [length];
  };
  return new Map(
    Object.entries(annotations).map(([name, { dtypes, dimensions }]) => {
      const dtype = preferred.find((one) => dtypes.includes(one));
      if (dtype === undefined) {
        throw new AdsamError("usage", `${name}: expected a dtype of ${preferred.join(", ")}, got ${dtypes.join(", ")}`);
      }
      const shape = dimensions.split(" ").flatMap((word) => (word === "" ? [] : lengthOf(word, name)));
      return [name, { dtype, shape, below: 10 }];
    }),
  );
}
