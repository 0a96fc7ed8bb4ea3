import { AdsamError } from "../errors.ts";
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

/** @throws AdsamError `usage` for options that say how torch is to compute, which mean nothing here. */
export function refuseForeign({ kernels, tf32 }: StepOptions): void {
  if (kernels === "auto" && !tf32) return;
  const given = tf32 ? "tf32" : `kernels ${kernels}`;
  throw new AdsamError("usage", `the backend tfjs has no ${given}`, {
    suggestion: "leave kernels and tf32 as they are, or take the backend torch",
  });
}
