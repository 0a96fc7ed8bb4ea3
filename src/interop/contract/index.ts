export { clientText } from "./client-text.ts";
export { type Change, changesBetween } from "./compare.ts";
export { leftOut, unknowns } from "./unknowns.ts";
