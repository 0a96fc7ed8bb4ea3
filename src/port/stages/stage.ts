import type { NetworkSpec } from "../../schema/models.ts";
import type { StepOptions } from "../../schema/options.ts";
import type { BlockingFunction } from "../../tensor/blocking-function.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";

/**
 * A part of a training step that another backend may compute: the signed ascents of the adversarial step, or the operation of
 * a convolution or a linear layer, such as `layer:linear` or `layer:layer2.0.conv1`.
 */
export type StageName = "adversarial" | `layer:${string}`;

/** Something for each of some stages, by their names. */
export type Stages<Of> = { readonly [Name in StageName]?: Of };

/** What signed ascents begin with; vectors have the P weights in the order of registration, weight then bias, in torch's layout. */
export type AscentStart = {
  /** Means and log sigmas, 2 P numbers. */
  readonly theta: Tensor;
  /** The stored noise, P numbers. */
  readonly eps: Tensor;
  /** The gradients of -CE with respect to eps so far, P numbers; null: each ascent has its own. */
  readonly sums: Tensor | null;
  /** Running statistics and their counts, by name. */
  readonly buffers: NamedTensors;
  /** [N, 3, H, W], as they enter the network. */
  readonly images: Tensor;
  /** Classes [N]. */
  readonly labels: Tensor;
  /** How many ascents. */
  readonly steps: number;
};

/** What came of them, of the same names. */
export type AscentEnd = Pick<AscentStart, "eps" | "sums" | "buffers"> & {
  /** Cross-entropy before each ascent, [steps]. */
  readonly losses: Tensor;
};

/** The ascents, for steps that are taken elsewhere; nothing of one call is left to the next. */
export interface AdversarialStage extends AsyncDisposable {
  /** Moves the noise. */
  ascend(start: AscentStart): AscentEnd;
}

/** The operation of a layer, of input, weight and bias in torch's layout, for steps that are taken elsewhere. */
export interface LayerStage extends BlockingFunction, AsyncDisposable {}

/** Makes stages that steps on other backends are given. */
export interface StageMaker {
  /** The ascents of such a network, as these options of the step say. */
  adversarial(spec: NetworkSpec, step: StepOptions): Promise<AdversarialStage>;
  /** The operation of a layer of such a network. */
  layer(spec: NetworkSpec, name: string): Promise<LayerStage>;
}

/** The stages that a step has elsewhere, made. */
export interface OpenStages {
  /** null: the step's own. */
  readonly adversarial: AdversarialStage | null;
  /** By the names of the layers. */
  readonly layers: ReadonlyMap<string, LayerStage>;
}

/** What of a training step is computed elsewhere. */
export interface StagedOptions<Backend> {
  /**
   * Open backends that compute parts of each step instead of the model's own: `{ adversarial: twin, "layer:linear": twin }`.
   * They compute in float32; validation and prediction stay with the model.
   */
  readonly stages?: Stages<Backend> | undefined;
}
