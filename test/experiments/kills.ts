/** Kills a run by SIGKILL at ten random moments, goes on with each, and compares with one that nobody disturbed, on both backends. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { streamKey, uniformNumbers } from "../../src/random.ts";
import { adsam, said, start } from "../cli/adsam.ts";
import { digitsFile } from "../tfjs/digits.ts";
import { outcome } from "./outcome.ts";

const moments = 10;
const seed = Number(process.argv[2] ?? 1);
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Twenty steps an epoch, a state after every third, so that most kills fall between two; everything random is on. */
const training =
  "train --batch 8 --epochs 3 --steps 1 --flip --crop-padding 1 --init-log-sigma -3 --optimizer-reset never --beta 1e-4 --beta-warmup 1 --beta-cycle 2 --state-steps 3 --json";

/** How long a run takes from its first word to its end, in milliseconds. */
async function undisturbed(words: readonly string[]): Promise<number> {
  const run = start(words);
  await said(run, "stdout", '"kind":"start"');
  const began = performance.now();
  const { exitCode, stderr } = await run.ended;
  if (exitCode !== 0) throw new Error(`the undisturbed run ended with ${exitCode}: ${stderr}`);
  return performance.now() - began;
}

/** Whether the run that is killed so long after its first word, and goes on, comes to the same; null for one that had ended by then. */
async function survives(words: readonly string[], folder: string, delay: number, whole: unknown) {
  const run = start([...words, folder]);
  await said(run, "stdout", '"kind":"start"');
  await sleep(delay);
  run.process.kill("SIGKILL");
  const { stdout } = await run.ended;
  if (existsSync(join(folder, "result.json"))) return null;
  const resumed = await adsam(["train", "--resume", folder, "--json"]);
  const same = resumed.exitCode === 0 && isDeepStrictEqual(await outcome(folder), whole);
  const steps = stdout.split('"kind":"step"').length - 1;
  say(
    `  killed after ${Math.round(delay)} ms, ${steps} steps: ${same ? "the same" : `NOT the same ${resumed.stderr}`}`,
  );
  return same;
}

const folder = await mkdtemp(join(tmpdir(), "adsam-kills-"));
try {
  const dataset = await digitsFile(folder, 160, 4);
  for (const backend of ["torch", "tfjs"]) {
    const words = [...training.split(" "), "--dataset", dataset, "--backend", backend, "--run"];
    const whole = join(folder, `${backend}-whole`);
    const duration = await undisturbed([...words, whole]);
    const expected = await outcome(whole);
    const random = uniformNumbers(streamKey(seed, backend));
    let [kept, killed] = [0, 0];
    for (let i = 0; killed < moments; i++) {
      const same = await survives(words, join(folder, `${backend}-${i}`), random() * duration, expected);
      if (same !== null) killed++;
      if (same === true) kept++;
    }
    say(`${backend}: ${kept} of ${moments} the same, bit for bit`);
    if (kept < moments) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}
