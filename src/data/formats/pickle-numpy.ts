import { AdsamError } from "../../errors.ts";

/** What a pickle of plain data holds: strings of Python 2 are bytes. */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Pickled[]
  | Map<string, Pickled>
  | NumpyArray
  | NumpyDtype
  | Global;

/** The callables that pickles of NumPy's arrays name; none of them runs here. */
const known = {
  "numpy.ndarray": "ndarray",
  "numpy.dtype": "dtype",
  "numpy.core.multiarray._reconstruct": "array",
  "numpy._core.multiarray._reconstruct": "array",
  "_codecs.encode": "encode",
} as const;

/** A callable by its meaning. */
export class Global {
  readonly meaning: (typeof known)[keyof typeof known];

  constructor(meaning: Global["meaning"]) {
    this.meaning = meaning;
  }
}

/** @throws AdsamError `data` for any other, with its name. */
export function global(module: string, name: string): Global {
  const meaning = Object.entries(known).find(([path]) => path === `${module}.${name}`)?.[1];
  if (meaning !== undefined) return new Global(meaning);
  throw new AdsamError(
    "data",
    `it holds ${module}.${name}, a Python object that could run code when it is loaded; nothing in it was executed`,
    { suggestion: "save the numbers alone, for example with numpy.savez" },
  );
}

/** As NumPy calls it, such as u1. */
export class NumpyDtype {
  readonly name: string;
  bigEndian = false;

  constructor(name: string) {
    this.name = name;
  }

  build([, order]: Pickled[]): void {
    this.bigEndian = order === ">" || (order instanceof Uint8Array && order[0] === 0x3e);
  }
}

/** An array of numbers, in row-major order. */
export class NumpyArray {
  shape: readonly number[] = [];
  dtype: NumpyDtype | undefined;
  bytes: Uint8Array = new Uint8Array();

  build([, shape, dtype, columnsFirst, content]: Pickled[]): void {
    if (
      !Array.isArray(shape) ||
      !(dtype instanceof NumpyDtype) ||
      !(content instanceof Uint8Array) ||
      columnsFirst === true
    ) {
      throw new RangeError("an array is not of numbers in rows");
    }
    [this.shape, this.dtype, this.bytes] = [shape.map(Number), dtype, content];
  }
}

/** What one of the callables would make of what it is given. */
export function called(callable: Pickled, given: readonly Pickled[]): Pickled {
  const [first] = given;
  const meaning = callable instanceof Global ? callable.meaning : undefined;
  if (meaning === "array") return new NumpyArray();
  if (meaning === "dtype")
    return new NumpyDtype(first instanceof Uint8Array ? Buffer.from(first).toString("latin1") : `${first}`);
  if (meaning === "encode" && typeof first === "string") return Buffer.from(first, "latin1");
  throw new RangeError("it calls what is none of NumPy's");
}
