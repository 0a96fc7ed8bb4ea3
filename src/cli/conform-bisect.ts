import { type Bisection, bisectBackends } from "../conformance/index.ts";
import { AdsamError } from "../errors.ts";
import { type Architecture, architectureNames } from "../schema/architectures.ts";
import type { BackendName, OpenOptions } from "../schema/backends.ts";
import { openSide } from "./conform-task.ts";

/** Which networks are taken apart: `--bisect resnet20`, or `plain-resnet20` without Gaussian weights. */
function networkOf(name: string): { readonly kind: Architecture; readonly bayesian: boolean } {
  const bayesian = !name.startsWith("plain-");
  const kind = architectureNames.find((known) => known === name.replace(/^plain-/, ""));
  if (kind !== undefined) return { kind, bayesian };
  throw new AdsamError("usage", `--bisect: expected one of ${architectureNames.join(", ")}, got ${name}`, {
    suggestion: "plain-resnet20 is the network without Gaussian weights",
  });
}

/**
 * Where a backend parts first from another, in one network.
 * @throws AdsamError `usage` for an unknown network.
 */
export async function bisectNetwork(
  name: string,
  backend: BackendName,
  against: BackendName,
  { signal, ...where }: Omit<OpenOptions, "backend"> & { readonly signal: AbortSignal },
): Promise<Bisection> {
  const network = networkOf(name);
  await using left = await openSide(backend, where);
  await using right = await openSide(against, where);
  return await bisectBackends(left, right, network, { signal });
}
