/** The part of JSON Schema that zod writes for the schemas of this package. */
export interface Definition {
  $ref?: string;
  type?: string | string[];
  description?: string;
  /** What the type of what is given is called, where it is not the id and `Input`. */
  inputId?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, Definition>;
  required?: string[];
  items?: Definition;
  prefixItems?: Definition[];
  additionalProperties?: Definition | boolean;
  anyOf?: Definition[];
  oneOf?: Definition[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** The name that a reference leads to. */
export function refName({ $ref = "" }: Definition): string {
  return $ref.slice($ref.lastIndexOf("/") + 1);
}
