import * as tf from "@tensorflow/tfjs-core";
import { AdsamError } from "../../errors.ts";
import type { Padding, Size } from "../../schema/models.ts";
import { type Border, convolution, type HeightWidth } from "../kernels/convolution.ts";
import { torchShape } from "../tensors.ts";
import type { Weights } from "./layer.ts";

/** What `torch.nn.Conv2d` takes, its defaults included. */
export interface ConvolutionOptions {
  /** Channels of the input. */
  readonly inChannels: number;
  /** Channels of the output. */
  readonly outChannels: number;
  /** Height and width of the kernel. */
  readonly kernelSize: Size;
  /** Pixels from one place of the kernel to the next; 1 unless told otherwise. */
  readonly stride?: Size | undefined;
  /** Zeros around the input; 0 unless told otherwise. */
  readonly padding?: Padding | undefined;
  /** Pixels from one weight of the kernel to the next; 1 unless told otherwise. */
  readonly dilation?: Size | undefined;
  /** Groups of channels that do not meet; 1 unless told otherwise. */
  readonly groups?: number | undefined;
}

function pair(size: Size): HeightWidth {
  return typeof size === "number" ? [size, size] : size;
}

/** What a convolution is, apart from its weights. */
export class Convolution {
  /** Channels of the input. */
  readonly inChannels: number;
  /** Channels of the output. */
  readonly outChannels: number;
  /** Groups of channels that do not meet. */
  readonly groups: number;
  /** Zeros around the input. */
  readonly padding: Padding;
  /** Height and width of the kernel. */
  readonly kernel: HeightWidth;
  /** Pixels from one place of the kernel to the next. */
  readonly stride: HeightWidth;
  /** Pixels from one weight of the kernel to the next. */
  readonly dilation: HeightWidth;

  /** @throws AdsamError `usage` for numbers out of range or that contradict one another. */
  constructor(options: ConvolutionOptions) {
    const { inChannels, outChannels, kernelSize, stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
    for (const [name, value] of Object.entries({ inChannels, outChannels, kernelSize, stride, dilation, groups })) {
      if (Math.min(...pair(value)) < 1) throw new AdsamError("usage", `expected ${name} >= 1, got ${value}`);
    }
    if (typeof padding !== "string" && Math.min(...pair(padding)) < 0) {
      throw new AdsamError("usage", `expected padding >= 0, got ${padding}`);
    }
    if (padding === "same" && Math.max(...pair(stride)) > 1) {
      throw new AdsamError("usage", `padding 'same' needs stride 1, got ${stride}`, {
        suggestion: "give the padding as a number",
      });
    }
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new AdsamError(
        "usage",
        `groups must divide the channels: ${inChannels} in and ${outChannels} out do not split into ${groups} groups`,
      );
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.groups = groups;
    this.padding = padding;
    this.kernel = pair(kernelSize);
    this.stride = pair(stride);
    this.dilation = pair(dilation);
  }

  /** Of the kernel: [out, in / groups, height, width]. */
  get weightShape(): readonly number[] {
    return [this.outChannels, this.inChannels / this.groups, ...this.kernel];
  }

  /** inChannels * kernel^2; the reference does not divide it by the groups. */
  get fanIn(): number {
    return this.inChannels * this.kernel[0] * this.kernel[1];
  }

  /**
   * [N, H, W, inChannels] to [N, H', W', outChannels]; N may be left out.
   * @throws AdsamError `usage` for another number of channels, or an input smaller than the kernel.
   */
  apply(x: tf.Tensor, { weight, bias }: Weights): tf.Tensor {
    if ((x.rank !== 3 && x.rank !== 4) || x.shape.at(-1) !== this.inChannels || weight === null) {
      throw new AdsamError(
        "usage",
        `expected an input of shape [N, ${this.inChannels}, H, W], got ${torchShape(x.shape)}`,
      );
    }
    this.#checkExtent(x);
    const { stride, dilation, groups } = this;
    const batch = x.rank === 3 ? tf.expandDims(x, 0) : x;
    const out = convolution(batch, weight, { stride, dilation, groups, border: this.#border() });
    const shifted = bias === null ? out : tf.add(out, bias);
    return x.rank === 3 ? tf.squeeze(shifted, [0]) : shifted;
  }

  /** How many pixels a kernel covers, down and across. */
  get #reach(): HeightWidth {
    const { kernel, dilation } = this;
    return [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1];
  }

  #border(): Border {
    const { padding } = this;
    if (padding === "same") {
      // An odd number of zeros: torch has the more on the far side.
      const [down, across] = [this.#reach[0] - 1, this.#reach[1] - 1];
      const [top, left] = [Math.floor(down / 2), Math.floor(across / 2)];
      return { top, bottom: down - top, left, right: across - left };
    }
    const [vertical, horizontal] = padding === "valid" ? [0, 0] : pair(padding);
    return { top: vertical, bottom: vertical, left: horizontal, right: horizontal };
  }

  #checkExtent(x: tf.Tensor): void {
    const [height = 0, width = 0] = x.shape.slice(-3, -1);
    const { top, bottom, left, right } = this.#border();
    const [down, across] = this.#reach;
    if (height + top + bottom >= down && width + left + right >= across) return;
    const reach = height + top + bottom < down ? down : across;
    throw new AdsamError(
      "usage",
      `an input of ${height} x ${width} with padding ${this.padding} is smaller than the kernel, which reaches over ${reach}`,
    );
  }
}
