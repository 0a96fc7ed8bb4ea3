export { clientText } from "./client-text.ts";
export { type Change, changesBetween } from "./compare.ts";
export { unknowns } from "./unknowns.ts";
