import type { TorchBackend } from "../../backend.ts";
import type { PythonObject } from "../../interop/handle.ts";
import { open } from "../../open.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type Figure, figure, quantile } from "../figure.ts";
import type { Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const module = "adsam_bench.interop";
const callsOfBatch = 300;
const links = 10;

/** What `adsam wrap` would say of the module. */
interface Benched {
  readonly $: PythonObject;
  nothing(): Promise<null>;
  same(values: Tensor): Promise<Tensor>;
}

export const interop: Suite = {
  about:
    "what a typed client adds to a call and to 10 MB each way, and a chain of calls on a tensor that stays in Python",
  async measure(setting) {
    await using backend = await open({ python: setting.python, device: setting.device });
    const py = await backend.use<Benched>({ contract: await backend.contract([module]) });
    return [await trivial(py, setting), await transfer(backend, py, setting), await chain(py, setting)];
  },
};

async function trivial(py: Benched, { effort, signal }: Setting): Promise<Figure> {
  const nothing = await py.$.get<PythonObject>("nothing");
  const ratios = await inTurn(effort.rounds, signal, async () => {
    const typed = await median(() => py.nothing());
    return typed / (await median(() => nothing.call()));
  });
  return figure("trivial typed call, p50 / an untyped one", "×", ratios, { atMost: 1.3 });
}

/** Both ways, against `backend.call`. */
async function transfer(backend: TorchBackend, py: Benched, { effort, signal }: Setting): Promise<Figure> {
  const values = tensor(new Float32Array(2_500_000).fill(0.5));
  const plain = () => backend.call(`${module}:same`, { values }, { dtype: "unchanged" });
  const ratios = await inTurn(
    effort.rounds,
    signal,
    async () => (await time(() => py.same(values))) / (await time(plain)),
  );
  return figure("10 MB each way, typed / backend.call", "×", ratios, { atMost: 1.3 });
}

async function chain(py: Benched, { effort, signal }: Setting): Promise<Figure> {
  const kept = py.$.with({ keep: true });
  const start = await kept.method<PythonObject>("same", tensor(new Float32Array(2_500_000)));
  const linked = async () => {
    let values = start;
    for (let i = 0; i < links; i++) {
      const next = await kept.method<PythonObject>("shifted", values);
      if (values !== start) await values.dispose(); // its memory serves the next one, as it does within Python
      values = next;
    }
    await values.dispose();
  };
  const within = async () => (await kept.method<PythonObject>("chain", start, links)).dispose();
  const ratios = await inTurn(effort.rounds, signal, async () => (await time(linked)) / (await time(within)));
  return figure(`${links} calls on a kept tensor of 10 MB / the same in Python`, "×", ratios, { atMost: 1.2 });
}

async function inTurn(
  rounds: number,
  signal: AbortSignal | undefined,
  round: () => Promise<number>,
): Promise<number[]> {
  const ratios: number[] = [];
  await round(); // warms both up
  for (let i = 0; i < rounds; i++) {
    signal?.throwIfAborted();
    ratios.push(await round());
  }
  return ratios;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < callsOfBatch; call++) times.push(await time(work));
  return quantile(
    times.sort((a, b) => a - b),
    0.5,
  );
}
