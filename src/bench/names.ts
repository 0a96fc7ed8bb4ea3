/** What figures call those who take part: this package as it is, the code of the paper, and what both stand on. */
export const ours = "ours";
export const published = "the published code";
export const pass = "one deterministic pass";

/** A training step's forwards and backwards: five of the ascent, one adversarial, one of the ELBO. */
export const passesOfStep = 7;
