/** The types that users see are those that the schemas check: the compiler holds it, nothing runs here. */
import { expectTypeOf } from "vitest";
import type * as z from "zod";
import type * as records from "../../src/experiments/record.generated.ts";
import type { dataRecord, runRecord, runResult } from "../../src/experiments/record.ts";
import type { openOptions } from "../../src/schema/backends.ts";
import type { normalization } from "../../src/schema/data.ts";
import type { fitEvent } from "../../src/schema/events.ts";
import type { modelSpec } from "../../src/schema/models.ts";
import type {
  fidelity,
  fitOptions,
  forwardOptions,
  gradientOptions,
  predictOptions,
  stepOptions,
} from "../../src/schema/options.ts";
import type { fitResult, stepRecord } from "../../src/schema/results.ts";
import type { tensorInfo } from "../../src/schema/tensors.ts";
import type * as types from "../../src/schema/types.generated.ts";

/** Each may stand for the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

expectTypeOf<Same<types.ModelSpec, z.output<typeof modelSpec>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.ModelSpecInput, z.input<typeof modelSpec>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.FitOptions, z.output<typeof fitOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.FitOptionsInput, z.input<typeof fitOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.StepOptions, z.output<typeof stepOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.StepOptionsInput, z.input<typeof stepOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.ForwardOptions, z.output<typeof forwardOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.ForwardOptionsInput, z.input<typeof forwardOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.GradientOptions, z.output<typeof gradientOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.GradientOptionsInput, z.input<typeof gradientOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.PredictOptions, z.output<typeof predictOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.PredictOptionsInput, z.input<typeof predictOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.CheckedOpenOptions, z.output<typeof openOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.OpenOptions, z.input<typeof openOptions>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.Fidelity, z.output<typeof fidelity>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.Normalization, z.output<typeof normalization>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.FitEvent, z.output<typeof fitEvent>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.FitResult, z.output<typeof fitResult>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.StepRecord, z.output<typeof stepRecord>>>().toEqualTypeOf<true>();
expectTypeOf<Same<types.TensorInfo, z.output<typeof tensorInfo>>>().toEqualTypeOf<true>();
expectTypeOf<Same<records.DataRecord, z.output<typeof dataRecord>>>().toEqualTypeOf<true>();
expectTypeOf<Same<records.RunRecord, z.output<typeof runRecord>>>().toEqualTypeOf<true>();
expectTypeOf<Same<records.RunResult, z.output<typeof runResult>>>().toEqualTypeOf<true>();
