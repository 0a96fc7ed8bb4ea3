import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { mlflowLogger } from "../../../src/experiments/mlflow/logger.ts";
import { resumeTraining } from "../../../src/experiments/resume.ts";
import { openRun } from "../../../src/experiments/run-folder.ts";
import { train } from "../../../src/experiments/train.ts";
import type { TrainEvent } from "../../../src/experiments/train-events.ts";
import type { FitEvent } from "../../../src/schema/events.ts";
import { temporaryFolder } from "../../temporary.ts";
import { firstDigits } from "../../tfjs/digits.ts";

/** The program `mlflow`, for the tests with a real server: it takes 850 MB, which no other test needs. */
const program = process.env.ADSAM_MLFLOW;

interface Pair {
  readonly key: string;
  readonly value: string;
}

/** What is looked at of the server's answers. */
interface Answer {
  readonly run: { readonly info: object; readonly data: { readonly params: Pair[]; readonly tags: Pair[] } };
  readonly metrics: { readonly step: number | string; readonly value: number }[];
  readonly files: { readonly path: string }[];
}

const options = async (folder: string) => ({
  model: { kind: "resnet20", initLogSigma: -3 } as const,
  data: await firstDigits(8, 4),
  fit: { epochs: 2, batch: 2, steps: 0, samplings: 1, validation: "none" } as const,
  backend: { backend: "tfjs" } as const,
  folder,
});

async function follow(events: AsyncGenerator<TrainEvent>, until: (event: TrainEvent) => unknown = () => false) {
  for await (const event of events) if (await until(event)) return;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each(["nonsense", "sqlite:///mlflow.db", "databricks", ""])("%j is no server", (uri) => {
  expect(() => mlflowLogger(uri)).toThrow(
    expect.objectContaining({ code: "usage", message: expect.stringMatching(/http/) }),
  );
});

test.each<[string, RegExp, (address: string, server: Server) => void]>([
  ["is not there", /ECONNREFUSED/, (_, server) => server.close()],
  [
    "refuses",
    /403 Forbidden/,
    (_, server) => server.on("request", (_request, response) => response.writeHead(403).end("<html>")),
  ],
  [
    "breaks off",
    /other side closed|socket hang up|ECONNRESET/,
    (_, server) => server.on("request", ({ socket }) => socket.destroy()),
  ],
  [
    "sends elsewhere",
    /redirect/,
    (_, server) =>
      server.on("request", (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:9" }).end()),
  ],
])(
  "a run goes on where the server %s, and says so once at its beginning and once at its end",
  async (_, reason, behave) => {
    const folder = join(await temporaryFolder(), "run");
    const server = createServer();
    const address = await listening(server);
    behave(address, server);
    const told: string[] = [];
    const logger = mlflowLogger(`http://somebody:hunter2@${address}/`, { onTrouble: (message) => told.push(message) });
    await follow(train({ ...(await options(folder)), loggers: [logger] }));
    const run = await openRun(folder);
    expect(run.result).toMatchObject({ status: "finished", steps: 8 });
    expect(told).toEqual([expect.stringMatching(reason), expect.stringMatching(/has not been told all/)]);
    const written = await readFile(run.files.record, "utf8");
    for (const text of [...told, written]) expect(text).not.toMatch(/hunter2|somebody/);
  },
);

/**
 * A server of MLflow with SQLite, as it is by default; at a port, so that it can die and come back. Of one worker: of several,
 * those that a busy machine keeps waiting are ended by their supervisor, with whatever they were asked.
 */
async function mlflowServer(folder: string, port: number): Promise<{ uri: string; end(): Promise<void> }> {
  const server: ChildProcess = spawn(
    program ?? "",
    ["server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"],
    {
      cwd: folder,
      detached: true, // it has processes of its own
      stdio: "ignore",
    },
  );
  const end = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    process.kill(-(server.pid ?? 0), "SIGKILL");
    await ended;
  };
  onTestFinished(end);
  const uri = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) await delay(200);
  return { uri, end };
}

test.skipIf(program === undefined)(
  "a real server is told all, once, of a run that stopped, while it died and came back",
  async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, "run");
    const port = 20_000 + (process.pid % 20_000);
    let server = await mlflowServer(parent, port);
    const told: string[] = [];
    const loggers = () => [mlflowLogger(server.uri, { onTrouble: (message) => told.push(message) })];
    const given = await options(folder);
    const tags = ["first"];
    await follow(
      train({ ...given, tags, notes: "as hf_abcdefghijklmnopqrst", loggers: loggers() }),
      (event) => event.kind === "step" && event.step === 6,
    );
    expect(told).toEqual([]);
    const { runId } = JSON.parse(await readFile(join(folder, "mlflow.json"), "utf8"));
    const ask = async (path: string): Promise<Answer> =>
      (await (await fetch(`${server.uri}/api/2.0/mlflow/${path}`)).json()) as Answer;
    expect((await ask(`runs/get?run_id=${runId}`)).run.info).toMatchObject({ status: "KILLED", run_name: "run" });

    const { data, backend } = given;
    let died = false;
    await follow(resumeTraining(folder, { epochs: 4, data, backend, loggers: loggers() }), async (event) => {
      if (died || event.kind !== "step" || event.step < 10) return;
      died = true;
      await server.end();
      await delay(1100); // a bunch is due
    });
    expect(told).toEqual([
      expect.stringMatching(/cannot be told of the run, which goes on/),
      expect.stringMatching(/has not been told all/),
    ]);
    expect((await openRun(folder)).result).toMatchObject({ status: "finished", steps: 16 });

    server = await mlflowServer(parent, port);
    await follow(resumeTraining(folder, { epochs: 5, data, backend, loggers: loggers() }));
    expect(told).toHaveLength(2);
    const { run } = await ask(`runs/get?run_id=${runId}`);
    expect(run.info).toMatchObject({ status: "FINISHED" });
    const named = (list: readonly Pair[]) => Object.fromEntries(list.map(({ key, value }) => [key, value]));
    expect(named(run.data.params)).toMatchObject({
      "model.kind": "resnet20",
      "fit.epochs": "2",
      "data.trainImages": "8",
    });
    expect(named(run.data.tags)).toMatchObject({ "adsam.tags": "first", "mlflow.note.content": "as ***" });
    const events: FitEvent[] = [];
    for await (const event of (await openRun(folder)).events()) events.push(event);
    const steps = events.filter((event) => event.kind === "step");
    expect(steps).toHaveLength(20);
    const history = await ask(`metrics/get-history?run_id=${runId}&metric_key=step/loss`);
    expect(history.metrics.map(({ step, value }) => [Number(step), value])).toEqual(
      steps.map(({ step, loss }) => [step, loss]),
    );
    const epochs = await ask(`metrics/get-history?run_id=${runId}&metric_key=epoch/train/loss`);
    expect(epochs.metrics.map(({ step }) => Number(step))).toEqual([4, 8, 12, 16, 20]);
    const { files } = await ask(`artifacts/list?run_id=${runId}`);
    expect(files.map(({ path }) => path).sort()).toEqual(["result.json", "run.json"]);
  },
  400_000,
);
