import type { ParameterContract } from "./contract.ts";

/** The parameters of a call as TypeScript has them: required ones by place, those with defaults and names in one object. */
export interface Shape {
  readonly places: readonly ParameterContract[];
  /** What takes the places after those; its options are `Keywords`, since nothing may stand after the rest. */
  readonly rest: ParameterContract | undefined;
  readonly options: readonly ParameterContract[];
  /** What takes all other names. */
  readonly others: ParameterContract | undefined;
}

export function shapeOf(parameters: readonly ParameterContract[]): Shape {
  const byPlace = ({ kind, required }: ParameterContract) => kind === "positional" || (kind === "either" && required);
  const byName = ({ kind, required }: ParameterContract) => kind === "keyword" || (kind === "either" && !required);
  return {
    places: parameters.filter(byPlace),
    rest: parameters.find(({ kind }) => kind === "rest"),
    options: parameters.filter(byName),
    others: parameters.find(({ kind }) => kind === "keywords"),
  };
}
