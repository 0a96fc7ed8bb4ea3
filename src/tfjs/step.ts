import { type Fidelity, fidelityPresets, type StepOptions } from "../schema/options.ts";

/** Told of every forward, before anything moves: whether it used the stored noise, and its CE. */
export type Observer = (fixedNoise: boolean, crossEntropy: number) => void;

/** The four switches: the preset's, unless the options override them one by one. */
export function resolveFidelity(options: StepOptions): Fidelity {
  const preset = fidelityPresets[options.fidelity];
  return {
    epsilonGradients: options.epsilonGradients ?? preset.epsilonGradients,
    optimizerReset: options.optimizerReset ?? preset.optimizerReset,
    metricForward: options.metricForward ?? preset.metricForward,
    runningStatistics: options.runningStatistics ?? preset.runningStatistics,
  };
}
