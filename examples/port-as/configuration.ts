import { parseArgs } from "node:util";

/** What a run is told. */
export interface Configuration {
  readonly seed: number;
  readonly learning_rate: number;
  readonly epoch: number;
  readonly ratio: number;
  readonly dataset: string;
  readonly model: string;
  readonly samplings: number;
  readonly pretrain: boolean;
  readonly notvi: boolean;
}

/** The configuration of a command line, as Python's `argparse` has it. */
export function configuration(words: readonly string[]): Configuration {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seed: { type: "string", short: "s", default: "42" },
      learning_rate: { type: "string", short: "l", default: "0.01" },
      epoch: { type: "string", short: "e", default: "200" },
      ratio: { type: "string", default: "0.8" },
      dataset: { type: "string", default: "CIFAR-10" },
      model: { type: "string", default: "resnet20" },
      samplings: { type: "string", default: "1" },
      pretrain: { type: "string", default: "" },
      notvi: { type: "boolean", default: false },
    },
  });
  const { seed, learning_rate, epoch, ratio, samplings, pretrain, ...rest } = values;
  const numbers = { seed, learning_rate, epoch, ratio, samplings };
  const read = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)]));
  return { ...read, pretrain: pretrain !== "", ...rest } as unknown as Configuration; // "False" is a text, and so true
}
