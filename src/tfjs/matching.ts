import { AdsamError } from "../errors.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";

/** How many names a message lists of each kind. */
const shown = 3;

/** @throws AdsamError `checkpoint` unless names and shapes are the same. */
export function checkMatch(
  own: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  found: NamedTensors,
  source: string,
  kind: string,
): void {
  const shapes = [...own].flatMap(([name, { shape }]) => {
    const other = found[name]?.shape;
    return other === undefined || other.join() === shape.join()
      ? []
      : [`${name} [${other.join(", ")}] instead of [${shape.join(", ")}]`];
  });
  const complaints = [
    list(
      "missing",
      [...own.keys()].filter((name) => !Object.hasOwn(found, name)),
    ),
    list(
      "unexpected",
      Object.keys(found).filter((name) => !own.has(name)),
    ),
    list("of another shape", shapes),
  ].flat();
  if (complaints.length === 0) return;
  throw new AdsamError("checkpoint", `${source} does not fit ${kind}: ${complaints.join("; ")}`, {
    suggestion: "give the spec that the checkpoint was made with: architecture, number of classes, Bayesian or plain",
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
      suggestion: "load it without pretrained",
    });
  }
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]): [string, Tensor] => [meanName(name), tensor]),
  );
}

/** Whether a tensor of this name has no counterpart in a plain network. */
export function keepsInitialValue(name: string): boolean {
  return /(^|\.)(sigma|eps)_[^.]*$/.test(name);
}

function meanName(name: string): string {
  return name.replace(/(^|\.)(weight|bias)$/, "$1mu_$2");
}

function list(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > shown ? ` and ${names.length - shown} more` : "";
  return [`${what}: ${names.slice(0, shown).join(", ")}${more}`];
}
