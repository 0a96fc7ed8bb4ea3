import * as z from "zod";
import { positiveCount } from "./numbers.ts";

const images = {
  channels: positiveCount.describe("of an image"),
  side: positiveCount.nullable().describe("of an image, in pixels; null: square images of any size"),
};

/** What is known of an architecture before it is built: its family, the images that it takes, how deep it is. */
export const architectureFacts = z
  .discriminatedUnion("family", [
    z
      .strictObject({
        family: z.literal("resnet"),
        ...images,
        blocks: positiveCount.describe("residual blocks in each of the three stages"),
      })
      .meta({ id: "ResNetFacts" }),
    z
      .strictObject({
        family: z.literal("vgg"),
        ...images,
        convolutions: z.array(positiveCount).readonly().describe("before each of the five poolings"),
      })
      .meta({ id: "VggFacts" }),
  ])
  .meta({ id: "ArchitectureFacts" });
export type ArchitectureFacts = z.output<typeof architectureFacts>;
export type ResNetFacts = Extract<ArchitectureFacts, { family: "resnet" }>;
export type VggFacts = Extract<ArchitectureFacts, { family: "vgg" }>;

const resnet = (blocks: number): ResNetFacts => ({ family: "resnet", channels: 3, side: null, blocks });
const vgg = (...convolutions: number[]): VggFacts => ({ family: "vgg", channels: 3, side: 32, convolutions });

/** Every network that can be built (docs/algorithm.md "Networks"). */
export const architectures = {
  resnet20: resnet(3),
  resnet32: resnet(5),
  resnet44: resnet(7),
  resnet56: resnet(9),
  resnet110: resnet(18),
  resnet1202: resnet(200),
  vgg11: vgg(1, 1, 2, 2, 2),
  vgg13: vgg(2, 2, 2, 2, 2),
  vgg16: vgg(2, 2, 3, 3, 3),
  vgg19: vgg(2, 2, 4, 4, 4),
} as const satisfies Record<string, ArchitectureFacts>;
/**
 * The name of a network that can be built.
 * @useDeclaredType
 */
export type Architecture = keyof typeof architectures;
export const architectureNames = Object.keys(architectures) as Architecture[];
