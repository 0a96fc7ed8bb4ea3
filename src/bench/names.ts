/** What figures call those who take part: this package as it is, and the code of the paper. */
export const ours = "ours";
export const published = "the published code";
