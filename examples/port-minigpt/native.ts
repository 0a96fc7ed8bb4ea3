import * as tf from "@tensorflow/tfjs-core";
import type { PythonObject, Tensor } from "adversarial-sampling";
import { toTfjs } from "adversarial-sampling/tfjs";
import { fresh, take } from "./step.ts";

/** The training of `program.train` in TypeScript: from the parameters that Python starts from, on the batches that it has. */
export async function train(program: PythonObject, steps: number): Promise<number[]> {
  await using trainer = await program.with({ keep: true }).method<PythonObject>("Trainer");
  await using model = await trainer.get<PythonObject>("model");
  const parameters = Object.entries(await model.method<Record<string, Tensor>>("state_dict"));
  const started = parameters.filter(([name]) => !name.endsWith(".attn.bias")); // the mask
  let state = fresh(Object.fromEntries(started.map(([name, one]) => [name, toTfjs(tf, one)])));
  const losses: number[] = [];
  for (let number = 0; number < steps; number++) {
    const [x, y] = await program.method<[Tensor, Tensor]>("batch", number);
    const { loss, next } = tf.tidy(() => take(toTfjs(tf, x), toTfjs(tf, y), state, (one) => one));
    losses.push(loss.dataSync()[0] ?? Number.NaN);
    tf.dispose([loss, ...Object.values(state)]);
    state = next;
  }
  tf.dispose(Object.values(state));
  return losses;
}
