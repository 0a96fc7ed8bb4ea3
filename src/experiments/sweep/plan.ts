import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { jsonIn } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { streamKey, uniformNumbers } from "../../random.ts";
import { count, positiveCount } from "../../schema/numbers.ts";
import { validate } from "../../validation.ts";
import { configFrom, mergeConfigs, trainConfig } from "../config.ts";
import type { TrainConfig } from "../train-config.ts";

const drawn = z.union(
  [
    z.strictObject({
      from: z.number().describe("smallest"),
      to: z.number().describe("largest"),
      scale: z.enum(["linear", "log"]).default("linear").describe("log: each power of ten as often as the next"),
      whole: z.boolean().default(false).describe("whole numbers alone"),
    }),
    z.strictObject({ choose: z.array(z.json()).min(1).describe("one of these") }),
  ],
  { error: 'expected {"from", "to"}, or {"choose"}' },
);
type Drawn = z.output<typeof drawn>;

/** Of options by name: an empty one would be ignored. */
function filled<Options extends z.ZodRecord>(options: Options): Options {
  const some = (given: object) => Object.keys(given).length > 0;
  return options.refine(some, "expected at least one option").meta({ minProperties: 1 });
}

/** What `adsam sweep` reads. */
export const sweepFile = z
  .strictObject({
    $schema: z.string().optional().describe("of this file, for editors"),
    train: trainConfig.optional().describe("what all runs have in common, as in a configuration of adsam train"),
    grid: filled(z.record(z.string(), z.array(z.json()).min(1)))
      .optional()
      .describe("options, such as fit.ratio, and the values that each takes with all those of the others"),
    random: z
      .strictObject({
        count: positiveCount.describe("draws; each with every point of the grid"),
        seed: count.default(0).describe("of the draws"),
        options: filled(z.record(z.string(), drawn)).describe(
          "options, such as fit.learningRate, and where they are drawn from",
        ),
      })
      .optional()
      .describe("options that are drawn at random"),
    seeds: z.array(count).min(1).default([42]).describe("fit.seed of the runs of each point, which are averaged over"),
  })
  .meta({ id: "SweepFile", description: "sweep.json: runs that differ in options." });

/** Options of a run, by where they stand in its configuration, such as `fit.ratio`. */
export type Point = Readonly<Record<string, unknown>>;

/** A run of a sweep. */
export interface PlannedRun {
  /** Of its folder in the sweep's. */
  readonly name: string;
  /** What the runs over which is averaged have in common. */
  readonly point: Point;
  /** Its `fit.seed`. */
  readonly seed: number;
  /** How it is to be made. */
  readonly config: TrainConfig;
}

/**
 * The runs that a file asks for, point after point.
 * @throws AdsamError `file` for one that cannot be read, `usage` for options that do not exist or are given twice.
 */
export async function readPlan(path: string): Promise<PlannedRun[]> {
  const whole = resolve(path);
  const value = await jsonIn(whole);
  const { grid, random, seeds } = validate(sweepFile, value, path, "file");
  if (grid === undefined && random === undefined && seeds.length === 1) {
    throw new AdsamError("usage", `${path}: expected grid, random or several seeds, in which runs differ, got none`, {
      suggestion: "one run is what adsam train makes",
    });
  }
  const base = await configFrom(Object(value).train ?? {}, whole, dirname(whole));
  const twice = Object.keys(grid ?? {}).find((option) => Object.hasOwn(random?.options ?? {}, option));
  if (twice !== undefined) throw new AdsamError("usage", `${path}: ${twice}: expected in grid or in random, got both`);
  const points = pointsOf(grid ?? {}).flatMap((point) => drawsOf(random).map((draw) => ({ ...point, ...draw })));
  for (const option of Object.keys(points[0] ?? {})) checkOption(option, path);
  return points.flatMap((point) =>
    seeds.map((seed) => {
      const own = Object.entries(point).reduce((config, entry) => mergeConfigs(config, nested(entry)), {});
      validate(trainConfig, own, path);
      const config = [base, own, { fit: { seed } }].reduce(mergeConfigs, {});
      return { name: nameOf({ ...point, seed }), point, seed, config };
    }),
  );
}

/** @throws AdsamError `usage` for what a sweep itself says. */
function checkOption(option: string, path: string): void {
  if (option === "fit.seed")
    throw new AdsamError("usage", `${path}: fit.seed: expected in seeds, got in grid or random`);
  if (option === "folder")
    throw new AdsamError("usage", `${path}: folder: a sweep names the folders of its runs itself`);
}

function pointsOf(grid: Readonly<Record<string, readonly unknown[]>>): Point[] {
  return Object.entries(grid).reduce<Point[]>(
    (points, [option, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [option]: value }))),
    [{}],
  );
}

/** The same draws each time. */
function drawsOf(random: z.output<typeof sweepFile>["random"]): Point[] {
  if (random === undefined) return [{}];
  const uniforms = Object.entries(random.options).map(
    ([option, from]) => [option, from, uniformNumbers(streamKey(random.seed, `sweep:${option}`))] as const,
  );
  return Array.from({ length: random.count }, () =>
    Object.fromEntries(uniforms.map(([option, from, uniform]) => [option, drawFrom(from, uniform())])),
  );
}

function drawFrom(from: Drawn, uniform: number): unknown {
  if ("choose" in from) return from.choose[Math.floor(uniform * from.choose.length)];
  const { scale, whole } = from;
  const [low, high] = scale === "log" ? [Math.log(from.from), Math.log(from.to)] : [from.from, from.to];
  if (!Number.isFinite(high - low) || high < low) {
    throw new AdsamError(
      "usage",
      `random: expected "from" to be at most "to", and above 0 on a log scale, got ${from.from} and ${from.to}`,
    );
  }
  const value = low + uniform * (high - low);
  const found = scale === "log" ? Math.exp(value) : value;
  return whole ? Math.round(found) : Number(found.toPrecision(6));
}

/** `fit.ratio` and 0.8 as `{ fit: { ratio: 0.8 } }`. */
function nested([option, value]: readonly [string, unknown]): TrainConfig {
  return option.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as TrainConfig;
}

const longestName = 100;

/** `ratio=0.8,seed=1`; what no file may be called so is told apart by a digest. */
function nameOf(options: Point): string {
  const text = Object.entries(options)
    .map(([option, value]) => `${option.slice(option.lastIndexOf(".") + 1)}=${plain(value)}`)
    .join(",");
  const name = text.replaceAll(/[^\w.=,+-]/g, "-").slice(0, longestName);
  if (name === text) return name;
  return `${name}-${createHash("sha256").update(jsonText(options)).digest("hex").slice(0, 8)}`;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : jsonText(value);
}
