import type { FitEvent, TrainingMeans } from "../schema/events.ts";

/** The numbers of an event, as tables and charts name them; those of an epoch stand under `train/` and `validation/`. */
export function metricsOf(event: FitEvent): Readonly<Record<string, number | null>> {
  const { imagesPerSecond, learningRate, beta } = event;
  if (event.kind === "step") return { ...meansOf(event), imagesPerSecond, learningRate, beta };
  const { train, validation, seconds } = event;
  const validated = validation === null ? {} : { loss: validation.loss, accuracy: validation.accuracy };
  return {
    ...under("train", meansOf(train)),
    ...under("validation", validated),
    seconds,
    imagesPerSecond,
    learningRate,
    beta,
  };
}

function meansOf({ loss, crossEntropy, kl, adversarialLoss, adversarialRise, accuracy }: TrainingMeans): TrainingMeans {
  return { loss, crossEntropy, kl, adversarialLoss, adversarialRise, accuracy };
}

function under(room: string, values: object): Record<string, number | null> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${room}/${name}`, value]));
}
