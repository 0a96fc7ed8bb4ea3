export { clientText, unknowns } from "./client-text.ts";
export { type Change, changesBetween } from "./compare.ts";
