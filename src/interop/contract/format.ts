import type { Contract } from "./contract.ts";

/** Raised whenever the form of contracts changes, here and in adsam_bridge/contract. */
export const contractFormat: Contract["format"] = 4;
