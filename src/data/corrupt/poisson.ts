const logFactorials: number[] = [0];

function logFactorial(k: number): number {
  for (let n = logFactorials.length; n <= k; n++) logFactorials.push((logFactorials[n - 1] ?? 0) + Math.log(n));
  return logFactorials[k] ?? 0;
}

/**
 * A number from the Poisson distribution of a mean: by multiplying uniform numbers where it is small (Knuth), otherwise by
 * transformed rejection (PTRS; W. Hörmann, "The transformed rejection method for generating Poisson random variables", 1993).
 */
export function poisson(mean: number, uniform: () => number): number {
  if (mean < 10) {
    let count = -1;
    for (let product = 1, least = Math.exp(-mean); product > least; count++) product *= uniform();
    return Math.max(0, count);
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const [inverseAlpha, accepted] = [1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)];
  for (;;) {
    const [u, v] = [uniform() - 0.5, uniform()];
    const distance = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / distance + b) * u + mean + 0.43);
    if (distance >= 0.07 && v <= accepted) return count;
    if (count < 0 || (distance < 0.013 && v > distance)) continue;
    const likely = -mean + count * Math.log(mean) - logFactorial(count);
    if (Math.log((v * inverseAlpha) / (a / (distance * distance) + b)) <= likely) return count;
  }
}
