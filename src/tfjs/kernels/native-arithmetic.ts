import type * as tf from "@tensorflow/tfjs-core";
import { elementCount } from "../../tensor.ts";
import type { Arithmetic, Formula } from "./arithmetic.ts";
import { type Attributes, type RawEngine, type RawTensor, rawEngine } from "./native.ts";

/** From so many numbers on, an operation's own time is worth more of them. */
const large = 2 ** 18;

/** Numbers of a channel that are added up in float32 before float64 takes over: so few that nothing to speak of is lost. */
const block = 16;

/** Of numbers in a row, fewer than which TensorFlow broadcasts slowly, and how many are as good as any. */
const [shortRow, longRow] = [32, 256];

/** TensorFlow's number of the type double, which neither tfjs nor the binding has a name for. */
const double = 2;

const float: Attributes = { types: { T: "TF_FLOAT" } };
const reshaping: Attributes = { types: { T: "TF_FLOAT", Tshape: "TF_INT32" } };
const tiling: Attributes = { types: { T: "TF_FLOAT", Tmultiples: "TF_INT32" } };
const averaging: Attributes = { types: { T: "TF_FLOAT", Tidx: "TF_INT32" }, bools: { keep_dims: false } };
const doubles: Attributes = { types: { T: double } };
const averagingDoubles: Attributes = { types: { T: double, Tidx: "TF_INT32" }, bools: { keep_dims: false } };
const widening: Attributes = { types: { SrcT: "TF_FLOAT", DstT: double }, bools: { Truncate: false } };
const narrowing: Attributes = { types: { SrcT: double, DstT: "TF_FLOAT" }, bools: { Truncate: false } };

/**
 * On TensorFlow's handles, without the bookkeeping of tfjs, which takes two to five times as long as a small operation itself;
 * and in float64 where it matters, which tfjs does not have.
 */
export class NativeArithmetic implements Arithmetic<RawTensor> {
  readonly #engine: RawEngine;
  readonly #made = new Set<RawTensor>();

  private constructor(engine: RawEngine) {
    this.#engine = engine;
  }

  static compute<In extends string, Out extends string>(
    inputs: Readonly<Record<In, tf.Tensor>>,
    formula: Formula<In, Out>,
  ): Record<Out, tf.Tensor> {
    const engine = rawEngine();
    const arithmetic = new NativeArithmetic(engine);
    try {
      const answers = formula(
        arithmetic,
        mapped(inputs, (input) => engine.handleOf(input)),
      );
      return mapped(answers, (answer) => {
        arithmetic.#made.delete(answer);
        return engine.toTensor(answer);
      });
    } finally {
      for (const each of arithmetic.#made) engine.free(each);
    }
  }

  number(value: number): RawTensor {
    return this.#keep(this.#engine.create(Float32Array.of(value), []));
  }

  add(a: RawTensor, b: RawTensor): RawTensor {
    return this.#combine("AddV2", a, b);
  }

  subtract(a: RawTensor, b: RawTensor): RawTensor {
    return this.#combine("Sub", a, b);
  }

  multiply(a: RawTensor, b: RawTensor): RawTensor {
    return this.#combine("Mul", a, b);
  }

  square(x: RawTensor): RawTensor {
    return this.#run("Square", float, x);
  }

  inverseRoot(x: RawTensor): RawTensor {
    return this.#inDouble("Rsqrt", x);
  }

  exp(x: RawTensor): RawTensor {
    return this.#inDouble("Exp", x);
  }

  /** Of a large tensor float64 gets what is left after a float32 mean of every 16, since all of it would take four times as long. */
  channelMeans(x: RawTensor): RawTensor {
    const [size, channels] = [elementCount(x.shape), x.shape.at(-1) ?? 1];
    if (size < large || (size / channels) % block !== 0) return this.#doubleMeans(x);
    const means = this.#run("Mean", averaging, this.#reshape(x, [block, size / block]), this.#integers([0]));
    return this.#doubleMeans(this.#reshape(means, [size / channels / block, channels]));
  }

  #doubleMeans(x: RawTensor): RawTensor {
    const axes = this.#integers([...Array(x.shape.length - 1).keys()]);
    return this.#narrow(this.#run("Mean", averagingDoubles, this.#widen(x), axes));
  }

  #inDouble(name: string, x: RawTensor): RawTensor {
    return this.#narrow(this.#run(name, doubles, this.#widen(x)));
  }

  #widen(x: RawTensor): RawTensor {
    return this.#run("Cast", widening, x);
  }

  #narrow(x: RawTensor): RawTensor {
    return this.#run("Cast", narrowing, x);
  }

  /** In rows long enough to be broadcast fast, where there are only a few channels. */
  #combine(name: string, a: RawTensor, b: RawTensor): RawTensor {
    const [size, channels = longRow] = [elementCount(a.shape), b.shape.length === 1 ? b.shape[0] : undefined];
    const repeats = Math.ceil(longRow / channels);
    if (size < large || channels >= shortRow || size % (repeats * channels) !== 0) return this.#run(name, float, a, b);
    const row = this.#run("Tile", tiling, b, this.#integers([repeats]));
    const rows = this.#reshape(a, [size / repeats / channels, repeats * channels]);
    return this.#reshape(this.#run(name, float, rows, row), a.shape);
  }

  #reshape(x: RawTensor, shape: readonly number[]): RawTensor {
    return this.#run("Reshape", reshaping, x, this.#integers(shape));
  }

  #integers(values: readonly number[]): RawTensor {
    return this.#keep(this.#engine.create(Int32Array.from(values), [values.length]));
  }

  #run(name: string, attributes: Attributes, ...inputs: RawTensor[]): RawTensor {
    return this.#keep(this.#engine.run(name, attributes, inputs));
  }

  #keep(made: RawTensor): RawTensor {
    this.#made.add(made);
    return made;
  }
}

function mapped<Key extends string, A, B>(values: Readonly<Record<Key, A>>, map: (value: A) => B): Record<Key, B> {
  const entries = Object.entries<A>(values).map(([key, value]) => [key, map(value)] as const);
  return Object.fromEntries(entries) as Record<Key, B>;
}
