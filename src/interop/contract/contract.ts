/**
 * What Python modules offer to a caller, as data; adsam_bridge/contract writes it. A client in TypeScript is made from it, is
 * held to it when it is used, and carries it.
 */
export interface Contract {
  /** Of this form. */
  readonly format: 1;
  /** Whether Python could read docstrings: it lacks griffelib otherwise. */
  readonly docstrings: boolean;
  /** By their dotted names. */
  readonly modules: Readonly<Record<string, ModuleContract>>;
  /** The dataclasses, named tuples, TypedDicts and pydantic models that cross by value, by `module:Qualname`. */
  readonly records: Readonly<Record<string, RecordContract>>;
}

/** What crosses by value with fields. */
export interface RecordContract {
  /** By name. */
  readonly fields: Readonly<Record<string, PythonTypeTree>>;
  /** Those that are never missing. */
  readonly required: readonly string[];
  /** Whether it is a dict in Python, as a TypedDict is. */
  readonly dict: boolean;
}

/** What one module offers. */
export interface ModuleContract {
  /** Its docstring. */
  readonly doc: string;
  /** Its functions, by name. */
  readonly functions: Readonly<Record<string, FunctionContract>>;
  /** Its classes, by name. */
  readonly classes: Readonly<Record<string, ClassContract>>;
}

/** How something is called, and what comes of it. */
export interface CallContract {
  /** In Python's order. */
  readonly parameters: readonly ParameterContract[];
  /** What it gives. */
  readonly result: PythonTypeTree;
}

/** A function. */
export interface FunctionContract extends CallContract {
  /** Its docstring. */
  readonly doc: string;
  /** What it says of itself by `typing.overload`, one by one. */
  readonly overloads?: readonly CallContract[];
}

/** A method, of an instance or of its class. */
export interface MethodContract extends FunctionContract {
  /** Whose it is. */
  readonly of: "instance" | "class" | "static";
}

/** A class. */
export interface ClassContract {
  /** Its docstring. */
  readonly doc: string;
  /** How an instance is made. */
  readonly creation: FunctionContract;
  /** By name; `__call__` is calling an instance. */
  readonly methods: Readonly<Record<string, MethodContract>>;
  /** What instances are known to have. */
  readonly attributes: Readonly<Record<string, PythonTypeTree>>;
}

/** One parameter. */
export interface ParameterContract {
  /** Its name in Python. */
  readonly name: string;
  /** By place alone, either way, the rest of the places, by name alone, or the rest of the names. */
  readonly kind: "positional" | "either" | "rest" | "keyword" | "keywords";
  /** Whether it has to be given. */
  readonly required: boolean;
  /** What it takes. */
  readonly type: PythonTypeTree;
  /** Its default, as one writes it. */
  readonly default?: string;
  /** What its docstring says. */
  readonly doc?: string;
}

/** What is known of a value. */
export type PythonTypeTree =
  | { readonly kind: PlainKind }
  | { readonly kind: "literal"; readonly values: readonly (string | number | boolean | null)[] }
  | { readonly kind: "union"; readonly of: readonly PythonTypeTree[] }
  | { readonly kind: "list" | "set" | "stream"; readonly of: PythonTypeTree }
  | { readonly kind: "tuple"; readonly of: readonly PythonTypeTree[] }
  | { readonly kind: "tuple"; readonly rest: PythonTypeTree }
  | { readonly kind: "dict"; readonly key: PythonTypeTree; readonly value: PythonTypeTree }
  | { readonly kind: "tensor" | "array"; readonly shape?: string }
  | { readonly kind: "callable"; readonly parameters?: readonly PythonTypeTree[]; readonly result?: PythonTypeTree }
  | { readonly kind: "class" | "object"; readonly name: string }
  | { readonly kind: "record"; readonly name: string }
  | { readonly kind: "enum"; readonly name: string; readonly members: readonly string[] }
  | { readonly kind: "unknown"; readonly reason: string };

/** Values without parts. A number is an int or a float: a default of either says no more. */
export type PlainKind =
  | "none"
  | "bool"
  | "int"
  | "float"
  | "number"
  | "complex"
  | "str"
  | "bytes"
  | "slice"
  | "ellipsis"
  | "path"
  | "dtype"
  | "device";

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
