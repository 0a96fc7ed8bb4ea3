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
  const rest = parameters.find(({ kind }) => kind === "rest");
  // What stands before the rest takes the first places, also where it has a default.
  const isPlace = ({ kind, required }: ParameterContract) =>
    kind === "positional" || (kind === "either" && (required || rest !== undefined));
  const isOption = (one: ParameterContract) => one.kind === "keyword" || (one.kind === "either" && !isPlace(one));
  return {
    places: parameters.filter(isPlace),
    rest,
    options: parameters.filter(isOption),
    others: parameters.find(({ kind }) => kind === "keywords"),
  };
}
