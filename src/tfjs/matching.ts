import { AdsamError } from "../errors.ts";
import { numbers } from "../tensor/numbers.ts";
import { kindOf, type NamedTensors, type Tensor, tensor } from "../tensor.ts";
import { type NamedVariables, outerDtype } from "./tensors.ts";

/** How many names a message lists of each kind. */
const shown = 3;

/** Of a weight of 0, whose sigma would be 0; a spec's `initLogSigma` goes down to it. */
const leastLogSigma = -20;

/** What DataParallel and torch.compile put before every name. */
const wrappers = ["module.", "_orig_mod."];

/**
 * Tensors under the names that they had before their network was wrapped, also more than once: a wrapper's prefix goes
 * when all names have it.
 */
export function unwrapped(tensors: NamedTensors): NamedTensors {
  const names = Object.keys(tensors);
  const prefix = wrappers.find((wrapper) => names.length > 0 && names.every((name) => name.startsWith(wrapper)));
  if (prefix === undefined) return tensors;
  return unwrapped(Object.fromEntries(Object.entries(tensors).map(([name, it]) => [name.slice(prefix.length), it])));
}

/** @throws AdsamError `checkpoint` unless names, shapes and kinds of numbers are the same. */
export function checkMatch(own: NamedVariables, found: NamedTensors, source: string, kind: string): void {
  const both = [...own].flatMap(([name, variable]) => {
    const tensor = Object.hasOwn(found, name) ? found[name] : undefined;
    return tensor === undefined ? [] : [{ name, variable, tensor }];
  });
  const unexpected = Object.keys(found).filter((name) => !own.has(name));
  const complaints = [
    list(
      "missing",
      [...own.keys()].filter((name) => !Object.hasOwn(found, name)),
    ),
    list("unexpected", unexpected),
    list(
      "of another shape",
      both
        .filter(({ variable, tensor }) => variable.shape.join() !== tensor.shape.join())
        .map(
          ({ name, variable, tensor }) =>
            `${name} [${tensor.shape.join(", ")}] instead of [${variable.shape.join(", ")}]`,
        ),
    ),
    list(
      "of another dtype",
      both
        .filter(({ variable, tensor }) => kindOf(outerDtype(variable)) !== kindOf(tensor.dtype))
        .map(({ name, variable, tensor }) => `${name} ${tensor.dtype} instead of ${outerDtype(variable)}`),
    ),
  ].flat();
  if (complaints.length === 0) return;
  const prefix = wrapping(own, unexpected);
  throw new AdsamError("checkpoint", `${source} does not fit ${kind}: ${complaints.join("; ")}`, {
    suggestion:
      prefix === undefined
        ? "give the spec that the checkpoint was made with: architecture, number of classes, Bayesian or plain"
        : `take the prefix "${prefix}" from the names: save the state_dict of the network itself, not of what wraps it`,
  });
}

/**
 * A plain network's tensors under the names that a Bayesian one has for them.
 * @throws AdsamError `checkpoint` when the tensors are a Bayesian network's already.
 */
export function meansOf(tensors: NamedTensors, source: string): NamedTensors {
  const bayesian = Object.keys(tensors).find(keepsInitialValue);
  if (bayesian !== undefined) {
    throw new AdsamError("checkpoint", `expected a plain network in ${source}, but it holds ${bayesian}`, {
      suggestion: "give a plain network; a Bayesian one is loaded without pretrained",
    });
  }
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]): [string, Tensor] => [meanName(name), tensor]),
  );
}

/**
 * The `sigma_*` for which sigma = `relativeSigma` * abs(`mu_*`), at least e^-20. MOPED's posterior: Krishnan, Subedar and Tickoo,
 * "Specifying Weight Priors in Bayesian Deep Neural Networks with Empirical Bayes", AAAI 2020, whose delta this is.
 */
export function logSigmasOf(means: NamedTensors, relativeSigma: number): NamedTensors {
  const logSigma = (mean: Tensor) =>
    tensor(
      Float32Array.from(numbers(mean), (w) => Math.max(leastLogSigma, Math.log(Math.abs(w) * relativeSigma))),
      mean.shape,
    );
  return Object.fromEntries(
    Object.entries(means).flatMap(([name, mean]) =>
      /(^|\.)mu_[^.]*$/.test(name) ? [[name.replace(/mu_([^.]*)$/, "sigma_$1"), logSigma(mean)]] : [],
    ),
  );
}

/** Whether a tensor of this name has no counterpart in a plain network. */
export function keepsInitialValue(name: string): boolean {
  return /(^|\.)(sigma|eps)_[^.]*$/.test(name);
}

function meanName(name: string): string {
  return name.replace(/(^|\.)(weight|bias)$/, "$1mu_$2");
}

/** What stands before a name that would be right without it. */
function wrapping(own: NamedVariables, unexpected: readonly string[]): string | undefined {
  const depth = Math.max(0, ...[...own.keys()].map((name) => name.split(".").length));
  for (const name of unexpected) {
    const parts = name.split(".");
    for (let start = Math.max(1, parts.length - depth); start < parts.length; start++) {
      const rest = parts.slice(start).join(".");
      if (own.has(rest)) return name.slice(0, -rest.length);
    }
  }
  return undefined;
}

function list(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > shown ? ` and ${names.length - shown} more` : "";
  return [`${what}: ${names.slice(0, shown).join(", ")}${more}`];
}
