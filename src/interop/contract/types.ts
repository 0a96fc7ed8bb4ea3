/** What is known of a value. */
export type PythonTypeTree =
  | PlainType
  | LiteralType
  | UnionType
  | HolderType
  | TupleType
  | DictType
  | NumbersType
  | CallableType
  | RecordType
  | NamedType
  | ClassType
  | VariableType
  | DerivedType
  | EnumType
  | SeenType
  | UnknownType;

/** A value without parts. */
export interface PlainType {
  /** Which. */
  readonly kind: PlainKind;
}

/** One of these values. */
export interface LiteralType {
  /** A Literal. */
  readonly kind: "literal";
  /** The values. */
  readonly values: readonly (string | number | boolean | null)[];
}

/** Of one type or another. */
export interface UnionType {
  /** A union. */
  readonly kind: "union";
  /** The types. */
  readonly of: readonly PythonTypeTree[];
}

/** Values of one type, one after another. */
export interface HolderType {
  /** A list, a tuple of any length, a set, or what is iterated over. */
  readonly kind: "list" | "tupleOf" | "set" | "stream";
  /** What it holds. */
  readonly of: PythonTypeTree;
}

/** A tuple. */
export interface TupleType {
  /** A tuple. */
  readonly kind: "tuple";
  /** Its items, one by one. */
  readonly of: readonly PythonTypeTree[];
}

/** A mapping. */
export interface DictType {
  /** A dict. */
  readonly kind: "dict";
  /** What its keys are. */
  readonly key: PythonTypeTree;
  /** What its values are. */
  readonly value: PythonTypeTree;
}

/** Numbers with a shape. */
export interface NumbersType {
  /** A torch tensor, or a numpy array. */
  readonly kind: "tensor" | "array";
  /** As jaxtyping writes it. */
  readonly shape?: string | undefined;
  /** Those that recorded calls had. */
  readonly dtypes?: readonly string[] | undefined;
}

/** What can be called. */
export interface CallableType {
  /** A function. */
  readonly kind: "callable";
  /** What it is given. */
  readonly parameters?: readonly PythonTypeTree[] | undefined;
  /** What it gives. */
  readonly result?: PythonTypeTree | undefined;
  /** Whether Python awaits what it gives. */
  readonly awaited?: boolean | undefined;
}

/** What crosses by value with fields. */
export interface RecordType {
  /** A record of the contract's. */
  readonly kind: "record";
  /** Its class, as `module:Qualname`. */
  readonly name: string;
  /** What its variables stand for, in their order. */
  readonly args?: readonly PythonTypeTree[] | undefined;
}

/** What has a class of its own, and stays in Python. */
export interface NamedType {
  /** An instance of a class of the contract's, or of another one. */
  readonly kind: "class" | "object";
  /** Of the class. */
  readonly name: string;
  /** What the variables of a class of the contract's stand for, in their order. */
  readonly args?: readonly PythonTypeTree[] | undefined;
}

/** A class itself, which makes values. */
export interface ClassType {
  /** A class. */
  readonly kind: "type";
  /** What it makes. */
  readonly of: PythonTypeTree;
}

/** A type variable: one type, whatever it is, wherever the variable stands. */
export interface VariableType {
  /** A TypeVar. */
  readonly kind: "variable";
  /** Its name. */
  readonly name: string;
  /** What every type is that it stands for. */
  readonly bound?: PythonTypeTree | undefined;
}

/** What crosses as what its class derives from: a Counter, a class that is a dict, a text, a number. */
export interface DerivedType {
  /** Of such a class. */
  readonly kind: "derived";
  /** What it is where it stays in Python. */
  readonly kept: NamedType;
  /** What it crosses as. */
  readonly of: PythonTypeTree;
}

/** A member of an enumeration. */
export interface EnumType {
  /** An Enum. */
  readonly kind: "enum";
  /** Its class, as `module:Qualname`. */
  readonly name: string;
  /** The names of its members. */
  readonly members: readonly string[];
  /** Whether several of them together are a value too, as `A|B`. */
  readonly flag?: boolean | undefined;
}

/** What nobody says, and recorded calls have shown. */
export interface SeenType {
  /** Seen. */
  readonly kind: "seen";
  /** What was seen. */
  readonly of: PythonTypeTree;
  /** In how many calls of the function. */
  readonly calls: number;
  /** Why it would be unknown otherwise. */
  readonly reason: string;
}

/** What nobody knows. */
export interface UnknownType {
  /** Unknown. */
  readonly kind: "unknown";
  /** Why. */
  readonly reason: string;
  /** What recorded calls add to that. */
  readonly recorded?: string | undefined;
}

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
  | "bytearray"
  | "slice"
  | "ellipsis"
  | "path"
  | "dtype"
  | "device";
