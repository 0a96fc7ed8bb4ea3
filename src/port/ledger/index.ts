export type { LedgerEntry, LedgerReport } from "./entries.ts";
export { type KeepOptions, keepLedger } from "./keep.ts";
export type * from "./ledger.generated.ts";
export { type Ledger, readLedger } from "./read.ts";
export { ledgerBadge, ledgerPage, ledgerTable } from "./view.ts";
