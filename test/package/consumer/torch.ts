/** Who drives PyTorch alone: no types of TensorFlow.js are needed. */
import {
  AdsamError,
  type CallOptions,
  type FitOptionsInput,
  loadDataset,
  open,
  type TorchBackend,
  type TrainEvent,
  tensor,
  train,
} from "adversarial-sampling";

const milestones: readonly number[] = [80, 140];
const fit: FitOptionsInput = { epochs: 1, milestones, ratio: undefined, noise: { kind: "gaussian", seed: undefined } };
const unset: CallOptions = { dtype: undefined, folder: undefined, differentiate: undefined, signal: undefined };

export async function call(torch: TorchBackend): Promise<number> {
  const { outputs, gradients } = await torch.call("torch:exp", { input: tensor(Float64Array.of(1)) }, unset);
  return outputs.length + Object.keys(gradients).length;
}

export async function trained(folder: string | undefined): Promise<string | null> {
  await using torch = await open({ device: "cpu", python: undefined });
  const model = await torch.model({ kind: "resnet20", classes: undefined, dtype: "float64" });
  const digits = await loadDataset("digits", { folder });
  const run = model.fit(digits, { ...fit, checkpoint: undefined });
  for await (const event of run) {
    if (event.kind === "epoch") event.train.loss.toFixed();
    else event.crossEntropy?.toFixed();
  }
  return (await run).computedBy;
}

export async function recorded(): Promise<readonly TrainEvent[]> {
  const events: TrainEvent[] = [];
  const options = { model: { kind: "vgg11" }, data: { name: "digits" }, fit, folder: undefined } as const;
  for await (const event of train(options)) events.push(event);
  return events;
}

/** What is not there, or not so, must not compile. */
export async function refused(torch: TorchBackend): Promise<string> {
  // @ts-expect-error there is no such architecture
  const model = torch.model({ kind: "resnet21" });
  // @ts-expect-error nor such an option
  (await model).predict(tensor(new Float32Array(0)), { sample: 3 });
  try {
    await torch.close();
  } catch (error) {
    if (error instanceof AdsamError && error.code === "crashed") return error.suggestion ?? "";
    // @ts-expect-error nor such a code
    if (error instanceof AdsamError && error.code === "explosion") return "";
  }
  return "";
}
