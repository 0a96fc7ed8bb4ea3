import type { Finding } from "./figure.ts";
import type { Setting } from "./setting.ts";

/** What is measured together, and chosen by name. */
export interface Suite {
  /** One line for those who choose. */
  readonly about: string;
  measure(setting: Setting): Promise<readonly Finding[]>;
}
