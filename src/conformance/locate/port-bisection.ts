/** A line of a program, and what ran there. */
export interface SourceLine {
  /** The torch function, or the kernel of TensorFlow.js. */
  readonly operation: string;
  /** Its path. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  /** As it is written; empty where the file cannot be read. */
  readonly text: string;
}

/** A fault that gives exactly a port's numbers. */
export interface KnownFault {
  /** Such as eps, axis, off by one. */
  readonly kind: string;
  /** What the port has, and what Python has. */
  readonly detail: string;
}

/** An operation among those of its side, in the order in which they ran. */
export interface ChainStep extends SourceLine {
  /** Whether the other side has its numbers too; "departs" where the two part. */
  readonly status: "met" | "unmet" | "departs";
  /** The place among the other side's steps of what has its numbers; null where none of those shown has. */
  readonly counterpart: number | null;
}

/** What ran around a departure, on both sides. */
export interface Chains {
  /** Torch functions. */
  readonly python: readonly ChainStep[];
  /** Kernels of TensorFlow.js. */
  readonly port: readonly ChainStep[];
}

/** Where a port parts from the Python function. */
export interface PortDeparture {
  /** "backward" where all values agree, and gradients do not. */
  readonly phase: "forward" | "backward";
  /** The first operation of Python's that has no counterpart, though its inputs have. */
  readonly python: SourceLine;
  /** The port's first kernel that has none; null where no line of the port's can be named. */
  readonly port: SourceLine | null;
  /** What kind of fault gives exactly the port's numbers; null where none that is known does. */
  readonly fault: KnownFault | null;
  /** Other operations that have no counterpart: the fault may be there where the two are written differently. */
  readonly unmatched: readonly SourceLine[];
  /** The operations just before it, that have counterparts. */
  readonly before: readonly SourceLine[];
  /** What ran around it. */
  readonly chains: Chains;
}

/** What following a port gave. */
export interface PortBisection {
  /** The case that was followed. */
  readonly case: string;
  /** null where outputs, gradients and state agree. */
  readonly departure: PortDeparture | null;
  /** How many operations of Python's have counterparts. */
  readonly matched: number;
  /** How many have run. */
  readonly operations: number;
}
