import type { PythonTypeTree, VariableType } from "./types.ts";

export type * from "./types.ts";

/** What Python modules offer to a caller, as adsam_bridge/contract writes it: a client is made from it, and held to it. */
export interface Contract {
  /** Of this form. */
  readonly format: 4;
  /** Whether Python could read docstrings: it lacks griffelib otherwise. */
  readonly docstrings: boolean;
  /** By their dotted names. */
  readonly modules: Readonly<Record<string, ModuleContract>>;
  /** The dataclasses, named tuples, TypedDicts and pydantic models that cross by value, by `module:Qualname`. */
  readonly records: Readonly<Record<string, RecordContract>>;
}

/** What crosses by value with fields. */
export interface RecordContract {
  /** The variables in its fields. */
  readonly variables?: readonly VariableType[] | undefined;
  /** By name. */
  readonly fields: Readonly<Record<string, PythonTypeTree>>;
  /** Those that are never missing. */
  readonly required: readonly string[];
  /** Whether it is a dict in Python, as a TypedDict is. */
  readonly dict: boolean;
  /** Where only recorded calls had it: in how many. */
  readonly seen?: number | undefined;
}

/** What one module offers. */
export interface ModuleContract {
  /** Its docstring. */
  readonly doc: string;
  /** Its functions, by name. */
  readonly functions: Readonly<Record<string, FunctionContract>>;
  /** Its classes, by name. */
  readonly classes: Readonly<Record<string, ClassContract>>;
  /** Its enumerations, by name. */
  readonly enums: Readonly<Record<string, EnumContract>>;
}

/** An enumeration. */
export interface EnumContract {
  /** Its docstring. */
  readonly doc: string;
  /** As `module:Qualname`. */
  readonly type: string;
  /** What its members stand for, by name; null where JSON has no word for it. */
  readonly members: Readonly<Record<string, string | number | boolean | null>>;
}

/** How something is called, and what comes of it. */
export interface CallContract {
  /** In Python's order. */
  readonly parameters: readonly ParameterContract[];
  /** What it gives. */
  readonly result: PythonTypeTree;
}

/** One of the forms of a function. */
export interface OverloadContract extends CallContract {
  /** Where only recorded calls had it: in how many calls of the function. */
  readonly seen?: number | undefined;
}

/** A function. */
export interface FunctionContract extends CallContract {
  /** Its docstring. */
  readonly doc: string;
  /** What it says of itself by `typing.overload`, or recorded calls have shown by their flags, one by one. */
  readonly overloads?: readonly OverloadContract[] | undefined;
  /** Of one that makes what crosses by value: the methods of that class, which are given the value first. */
  readonly methods?: Readonly<Record<string, MethodContract>> | undefined;
  /** What else that class has, and why it is not offered. */
  readonly left?: Readonly<Record<string, string>> | undefined;
}

/** A method, of an instance or of its class, or a property of what crosses by value. */
export interface MethodContract extends FunctionContract {
  /** Whose it is. */
  readonly of: "instance" | "class" | "static" | "property";
}

/** A class. */
export interface ClassContract {
  /** By which types know it: its own, or another one where two modules have classes of that name. */
  readonly name: string;
  /** By which instances say whose they are: `module.Qualname`. */
  readonly type: string;
  /** The variables in what it has. */
  readonly variables?: readonly VariableType[] | undefined;
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
  readonly default?: string | undefined;
  /** What its docstring says. */
  readonly doc?: string | undefined;
}
