import { isParameter, type TensorInfo } from "../schema/tensors.ts";
import { elementCount, type Tensor, tensor } from "../tensor.ts";
import { wave } from "../wave.ts";
import { isStoredEps } from "./roles.ts";

/** offset + scale * wave(k), float64. */
export function waveTensor(k: number, shape: readonly number[], { scale = 1, offset = 0 } = {}): Tensor<"float64"> {
  const values = wave(k, elementCount(shape));
  return tensor(
    values.map((value) => offset + scale * value),
    shape,
  );
}

/** The k-th parameter by docs/golden-format.md. */
function parameterTensor({ role, part, shape }: TensorInfo, k: number, sigmaFill: number): Tensor<"float64"> {
  if (role === "logSigma") return waveTensor(k, shape, { scale: 0.1, offset: sigmaFill });
  if (part === "bias") return waveTensor(k, shape, { scale: 0.1 });
  if (shape.length === 1) return waveTensor(k, shape, { scale: 0.1, offset: 1 });
  const fanIn = elementCount(shape.slice(1));
  return waveTensor(k, shape, { scale: Math.sqrt(2 / fanIn) });
}

/** Every parameter by its formula and every stored eps 0, in the order of the checkpoint. */
export function* formulaTensors(
  tensors: readonly TensorInfo[],
  sigmaFill: number,
): Generator<[string, Tensor<"float64">]> {
  let k = 0;
  for (const info of tensors) {
    if (isParameter(info)) yield [info.name, parameterTensor(info, k++, sigmaFill)];
    else if (isStoredEps(info)) yield [info.name, tensor(new Float64Array(elementCount(info.shape)), info.shape)];
  }
}

function bufferTensor({ role, part, shape }: TensorInfo): Tensor<"float64"> | null {
  switch (role) {
    case "noise":
      return waveTensor(part === "bias" ? 201 : 200, shape, { scale: Math.SQRT2 });
    case "runningMean":
      return waveTensor(300, shape, { scale: 0.3 });
    case "runningVariance":
      return waveTensor(301, shape, { scale: 0.5, offset: 1 });
    default:
      return null;
  }
}

/** What buffers of a layer on its own start from, where they are not to be those of a new one. */
export function layerBuffers(tensors: readonly TensorInfo[]): Record<string, Tensor<"float64">> {
  const buffers = tensors.flatMap((info): [string, Tensor<"float64">][] => {
    const values = bufferTensor(info);
    return values === null ? [] : [[info.name, values]];
  });
  return Object.fromEntries(buffers);
}

/** Images of batch j: [batch, 3, image, image]. */
export function batchImages(j: number, batch: number, image: number): Tensor<"float64"> {
  return waveTensor(1000 + j, [batch, 3, image, image]);
}

/** Labels of batch j: y[i] = (7 i + 3 j + 1) mod classes. */
export function batchLabels(j: number, batch: number, classes: number): Tensor<"int64"> {
  return tensor(BigInt64Array.from({ length: batch }, (_, i) => BigInt((7 * i + 3 * j + 1) % classes)));
}
