import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "../../open.ts";
import type { FitOptionsInput } from "../../schema/options.ts";
import { Contender, type ContenderRequest } from "../contender.ts";
import { type Finding, figure, ratios, type Target } from "../figure.ts";
import { images } from "../images.ts";
import { ours, pass } from "../names.ts";
import { roundsOf, type Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const work = { network: "resnet20", batch: 100, size: 8, calls: 2000 } as const;
/** Alone, beside a busy process, two at once. */
const turnsOfRound = 3;

/** Computes until the given number of calls is done. */
type Take = (calls: number) => Promise<unknown>;

interface Entry {
  readonly start: (setting: Setting) => Promise<AsyncDisposable & { take: Take }>;
  readonly targets: { readonly beside: Target | null; readonly together: Target | null };
}

const wanted = { beside: { atMost: 2 }, together: { atMost: 2.5 } };
const entries: Readonly<Record<string, Entry>> = {
  [ours]: { start: inPython({ ...work, contender: "fit" }), targets: wanted },
  "torch's kernels": {
    start: inPython({ ...work, contender: "fit", options: { kernels: "torch" } }),
    targets: wanted,
  },
  "ours, driven from TypeScript": { start: inSession, targets: wanted },
  // By torch as it comes.
  [pass]: {
    start: inPython({ ...work, contender: "passes", passes: 1 }),
    targets: { beside: null, together: null },
  },
};

/** What other work on the machine does to a step: it should slow down by what it loses, and not collapse. */
export const contention: Suite = {
  about: "a training step of ResNet-20 on images of 8x8 alone, beside one busy process, and two at once",
  async measure(setting) {
    const findings: Finding[] = [];
    for (const [name, entry] of Object.entries(entries)) {
      try {
        findings.push(...(await compare(name, entry, setting)));
      } catch (error) {
        setting.signal?.throwIfAborted();
        findings.push({ name, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return findings;
  },
};

async function compare(name: string, { start, targets }: Entry, setting: Setting): Promise<Finding[]> {
  await using one = await start(setting);
  await using other = await start(setting);
  const { rounds, turnSeconds } = setting.effort;
  await other.take(1);
  await one.take(1);
  const first = await secondsOf(() => one.take(1));
  const most = Math.floor(work.calls / (rounds * turnsOfRound + 1));
  const calls = Math.max(1, Math.min(Math.ceil(turnSeconds / first), most));
  const turn = async (rivals: readonly Take[] = []) =>
    (1000 / calls) * (await secondsOf(() => Promise.all([one.take, ...rivals].map((take) => take(calls)))));
  const [alone, beside, together]: [number[], number[], number[]] = [[], [], []];
  for (const _ of roundsOf(setting.effort)) {
    setting.signal?.throwIfAborted();
    alone.push(await turn());
    {
      await using _busy = await busyProcess();
      beside.push(await turn());
    }
    together.push(await turn([other.take]));
  }
  return [
    figure(`${name}: beside one busy process / alone`, "×", ratios(beside, alone), targets.beside),
    figure(`${name}: two at once / one alone`, "×", ratios(together, alone), targets.together),
    figure(`${name}: alone`, "ms", alone),
  ];
}

async function secondsOf(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await call();
  return (performance.now() - start) / 1000;
}

/** In a Python process of its own. */
function inPython(request: ContenderRequest): Entry["start"] {
  return async (setting) => {
    const contender = await Contender.start(request, setting);
    return {
      take: (calls) => contender.take(calls),
      [Symbol.asyncDispose]: () => contender[Symbol.asyncDispose](),
    };
  };
}

/** In a session's Python, told from here; a call is a step, and runs are of a few. */
async function inSession({ device, python, signal }: Setting) {
  const backend = await open({ device, python });
  const model = await backend.model({ kind: work.network });
  const options: FitOptionsInput = { epochs: 1, batch: work.batch, validation: "none" };
  return {
    async take(calls: number) {
      const data = images(calls * work.batch, work.size);
      for await (const _ of model.fit(data, { ...options, signal }));
      signal?.throwIfAborted();
    },
    [Symbol.asyncDispose]: () => backend.close(),
  };
}

/** Takes all of one processor that it is given, until it is disposed of. */
async function busyProcess(): Promise<AsyncDisposable> {
  const busy = spawn(process.execPath, ["--eval", "for (;;);"], { stdio: "ignore" });
  await once(busy, "spawn");
  return {
    async [Symbol.asyncDispose]() {
      const gone = once(busy, "exit");
      busy.kill("SIGKILL");
      await gone;
    },
  };
}
