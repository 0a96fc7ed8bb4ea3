/** What says nothing of a bias that batch norm takes away again, as a VGG's convolutions have them. */
export interface Vanishing {
  /** Whether a parameter or eps is such a bias: what is left of its gradient is rounding, and signs of it arbitrary. */
  isBias(name: string): boolean;
  /** Whether a running mean has such a bias in it, which has gone wherever those signs led. */
  isMean(name: string): boolean;
}

/** The layer that a tensor belongs to, and what it is there: `features.0.mu_bias` is ["features.0", "mu_bias"]. */
function split(name: string): [layer: string, part: string] {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
}

/** The layer next to one in a sequence: `features.0` and 1 is `features.1`; a layer in no sequence has none. */
function neighbour(layer: string, step: number): string | undefined {
  const [sequence, place] = split(layer);
  return /^\d+$/.test(place) ? `${sequence}.${Number(place) + step}` : undefined;
}

/**
 * Finds such biases by names: those of the layer that stands before a batch norm in a sequence.
 * @param statistics names of all running statistics.
 * @param parameters names of all parameters.
 */
export function normalised(statistics: readonly string[], parameters: readonly string[] = []): Vanishing {
  const norms = new Set(statistics.map((name) => split(name)[0]));
  const isBias = (name: string) => {
    const [layer, part] = split(name);
    const next = neighbour(layer, 1);
    return part.endsWith("bias") && next !== undefined && norms.has(next) && !norms.has(layer);
  };
  const biased = new Set(parameters.filter(isBias).map((name) => split(name)[0]));
  return {
    isBias,
    isMean: (name) => {
      const [layer, part] = split(name);
      return part === "running_mean" && biased.has(neighbour(layer, -1) ?? "");
    },
  };
}
