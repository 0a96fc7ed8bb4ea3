/** Generated from the schemas by `npm run generate`: change the schema, never this file. */

/** port.json: which functions of a Python module have a twin in TypeScript. */
export interface LedgerFileInput {
  /** of this file, for editors */
  readonly $schema?: string | undefined;
  /** of this file */
  readonly format: 1;
  /** Python's, by its dotted name */
  readonly module: string;
  /**
   * where it is, from this file
   * @default "."
   */
  readonly folder?: string | undefined;
  /**
   * what modules find in sys.argv, after a name; with other ones it is another program, with modules of its own
   * @default []
   */
  readonly argv?: readonly string[] | undefined;
  /**
   * served: where there is no CUDA, code that asks for it gets the device at hand, and is told that there is one
   * @default "real"
   */
  readonly cuda?: "real" | "served" | undefined;
  /** the client that adsam wrap has written for it, from this file */
  readonly client?: string | undefined;
  /** by Python's name: function or Class.method; ./port.ts#name alone where annotations say the inputs */
  readonly twins: Readonly<Record<string, string | LedgerTwinInput>>;
}

/** A Python function's TypeScript twin, and what it is proved on: as prove takes it. */
export interface LedgerTwinInput {
  /** the file and the name of its TypeScript function, such as ./port.ts#elbo */
  readonly port: string;
  /** by name: float32[4,3] to have numbers drawn, or as in a file of cases */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /** a JSON file with sets of inputs, instead */
  readonly cases?: string | undefined;
  /** a folder of recorded calls, instead */
  readonly calls?: string | undefined;
  /** whether edges are tried beside what is drawn; they are unless told otherwise */
  readonly edges?: boolean | undefined;
  /** what the class is made with, by name */
  readonly init?: Readonly<Record<string, unknown>> | undefined;
  /** module:function of Python's that makes what the method belongs to, instead of its class */
  readonly make?: string | undefined;
  /**
   * an argument for each of Python's parameters, or one object of them
   * @default "positional"
   */
  readonly call?: "positional" | "named" | undefined;
  /**
   * what tensors are given as
   * @default "tfjs"
   */
  readonly as?: "tfjs" | "arrays" | "rows" | "tensors" | undefined;
  /**
   * inputs whose gradients are compared too, and state.<name> of parameters
   * @default []
   */
  readonly differentiate?: readonly string[] | undefined;
  /**
   * what Python's truth is computed in
   * @default "auto"
   */
  readonly dtype?: "auto" | "float64" | "float32" | undefined;
  /**
   * who draws where Python does
   * @default "python"
   */
  readonly draws?: "python" | "port" | undefined;
  /**
   * how many terms each number of an output is summed from, by name
   * @default {}
   */
  readonly reductions?: Readonly<Record<string, number>> | undefined;
}

/** port.json: which functions of a Python module have a twin in TypeScript. */
export interface LedgerFile {
  /** of this file, for editors */
  readonly $schema?: string | undefined;
  /** of this file */
  readonly format: 1;
  /** Python's, by its dotted name */
  readonly module: string;
  /** where it is, from this file */
  readonly folder: string;
  /** what modules find in sys.argv, after a name; with other ones it is another program, with modules of its own */
  readonly argv: readonly string[];
  /** served: where there is no CUDA, code that asks for it gets the device at hand, and is told that there is one */
  readonly cuda: "real" | "served";
  /** the client that adsam wrap has written for it, from this file */
  readonly client?: string | undefined;
  /** by Python's name: function or Class.method; ./port.ts#name alone where annotations say the inputs */
  readonly twins: Readonly<Record<string, string | LedgerTwin>>;
}

/** A Python function's TypeScript twin, and what it is proved on: as prove takes it. */
export interface LedgerTwin {
  /** the file and the name of its TypeScript function, such as ./port.ts#elbo */
  readonly port: string;
  /** by name: float32[4,3] to have numbers drawn, or as in a file of cases */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /** a JSON file with sets of inputs, instead */
  readonly cases?: string | undefined;
  /** a folder of recorded calls, instead */
  readonly calls?: string | undefined;
  /** whether edges are tried beside what is drawn; they are unless told otherwise */
  readonly edges?: boolean | undefined;
  /** what the class is made with, by name */
  readonly init?: Readonly<Record<string, unknown>> | undefined;
  /** module:function of Python's that makes what the method belongs to, instead of its class */
  readonly make?: string | undefined;
  /** an argument for each of Python's parameters, or one object of them */
  readonly call: "positional" | "named";
  /** what tensors are given as */
  readonly as: "tfjs" | "arrays" | "rows" | "tensors";
  /** inputs whose gradients are compared too, and state.<name> of parameters */
  readonly differentiate: readonly string[];
  /** what Python's truth is computed in */
  readonly dtype: "auto" | "float64" | "float32";
  /** who draws where Python does */
  readonly draws: "python" | "port";
  /** how many terms each number of an output is summed from, by name */
  readonly reductions: Readonly<Record<string, number>>;
}

/** port.lock.json: what adsam port has proved. */
export interface LedgerLock {
  /** of this file */
  readonly format: 1;
  /** as in port.json */
  readonly module: string;
  /** by Python's name */
  readonly proofs: Readonly<Record<string, LedgerProof>>;
}

/** What a proof came to, and of what. */
export interface LedgerProof {
  /** what the proof came to */
  readonly state: "conforms" | "departs";
  /** when it was first seen to conform, and has ever since; null where it departs */
  readonly since: string | null;
  /** when it last was seen to conform, where it departs and once did conform */
  readonly conformed?: string | undefined;
  /** when this was seen */
  readonly proved: string;
  /** how many were compared */
  readonly cases: number;
  /** the largest error, in units of its tolerance; null where nothing was compared */
  readonly worst: number | null;
  /** why it departs */
  readonly message: string | null;
  /** null where it was not measured */
  readonly speed: LedgerSpeed | null;
  /** SHA-256 of the module's file and those of the folder that it imports */
  readonly python: string;
  /** SHA-256 of how the function is called, as adsam wrap knows it */
  readonly contract: string;
  /** SHA-256 of the twin's file and those that it imports by a path */
  readonly port: string;
  /** SHA-256 of the twin's entry in port.json, and the files that it names */
  readonly asked: string;
}

/** How long the first case took on either side, its tensors handed over and read. */
export interface LedgerSpeed {
  /** milliseconds of a call of the twin: median */
  readonly native: number;
  /** milliseconds of a call of Python's from TypeScript: median */
  readonly bridged: number;
  /** how many of each */
  readonly calls: number;
}
