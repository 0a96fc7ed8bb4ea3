import { type Backend, open, type Report, type TorchBackend } from "adversarial-sampling";

/** Both backends, open. */
export interface Sides {
  readonly torch: TorchBackend;
  readonly twin: Backend;
}

/** Opens both, with TensorFlow.js ready for tensors. */
export async function openSides(): Promise<Sides & AsyncDisposable> {
  const torch = await open({ backend: "torch", device: "cpu" });
  const twin = await open({ backend: "tfjs" });
  await twin.info();
  return {
    torch,
    twin,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([torch.close(), twin.close()]);
    },
  };
}

/** A rung: the program as it runs by now, and proofs that what has moved computes the same. */
export type Stage = (sides: Sides) => Promise<Rung>;

/** What a rung came to. */
export interface Rung {
  /** What the program gave, in a line. */
  readonly program: string;
  readonly proofs: readonly Report[];
}

/** A rung as it is shown: the program's line, and one a proof. */
function shown(name: string, { program, proofs }: Rung): string {
  const lines = proofs.flatMap(({ cases, passed }) => [
    `  ${cases[0]?.suite}: ${passed} of ${cases.length} passed`,
    ...cases.flatMap(({ id, status, message }) => (status === "passed" ? [] : [`    ${id} ${status}: ${message}`])),
  ]);
  return [`${name}: ${program}`, ...lines].join("\n");
}

/** Whether all proofs hold. */
const holds = ({ proofs }: Rung): boolean => proofs.every(({ failed }) => failed === 0);

/** Runs the stages that the command line names, or all in their order; exits with 1 where one does not hold. */
export async function climb(stages: Readonly<Record<string, Stage>>): Promise<void> {
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(stages);
  const unknown = wanted.find((name) => !(name in stages));
  if (unknown !== undefined) throw new Error(`expected some of ${Object.keys(stages).join(", ")}, got ${unknown}`);
  await using sides = await openSides();
  for (const name of wanted) {
    const rung = await stages[name]?.(sides);
    if (rung === undefined) continue;
    process.stdout.write(`${shown(name, rung)}\n`);
    if (!holds(rung)) process.exitCode = 1;
  }
}

/** Numbers as they are shown. */
export const rounded = (numbers: readonly number[]): string => numbers.map((one) => one.toFixed(5)).join(" ");
