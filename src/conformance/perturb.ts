import { kindOf, type NamedTensors, type Tensor, tensor } from "../tensor.ts";
import { numbers } from "./numbers.ts";
import { uniform } from "./random.ts";
import { smallestNormal } from "./tolerance.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The float32 next to x, away from 0 or towards it; 0 stays, whose neighbours are nearer than any rounding. */
function neighbour(x: number, away: boolean): number {
  if (x === 0) return 0;
  float[0] = x;
  bits[0] = (bits[0] ?? 0) + (away ? 1 : -1);
  return float[0] ?? 0;
}

/** Every float, and both parts of every complex number, moved by one float32 ulp, up or down as the seed has it. */
export function perturbed(inputs: NamedTensors, seed: number): NamedTensors {
  return moved(inputs, seed, neighbour);
}

/** The same by one part in a thousand, to either side: off an edge that rounding could decide. */
export function offEdge(inputs: NamedTensors, seed: number): readonly [NamedTensors, NamedTensors] {
  const further = (x: number, away: boolean) => x * (away ? 1 + 2 ** -10 : 1 - 2 ** -10);
  return [moved(inputs, seed, further), moved(inputs, seed, (x, away) => further(x, !away))];
}

/** With 0 in the place of denormal numbers; undefined where there are none. */
export function flushed(inputs: NamedTensors): NamedTensors | undefined {
  let found = false;
  const all = moved(inputs, 0, (x) => {
    const isDenormal = x !== 0 && Math.abs(x) < smallestNormal;
    found ||= isDenormal;
    return isDenormal ? 0 : x;
  });
  return found ? all : undefined;
}

type Move = (x: number, away: boolean) => number;

function moved(inputs: NamedTensors, seed: number, move: Move): NamedTensors {
  const next = uniform(seed);
  const all = Object.entries(inputs).map(([name, values]): [string, Tensor] => {
    const kind = kindOf(values.dtype);
    if (kind === "bool" || kind === "integer") return [name, values];
    const data = new Float32Array(values.data.length);
    data.set(numbers(values));
    let signs = 0;
    for (let i = 0; i < data.length; i++) {
      signs = i % 32 === 0 ? next() * 2 ** 32 : signs >>> 1;
      data[i] = move(data[i] ?? 0, (signs & 1) === 1);
    }
    return [name, tensor(data, values.shape, kind === "complex" ? "complex64" : "float32")];
  });
  return Object.fromEntries(all);
}
