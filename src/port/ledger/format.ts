import * as z from "zod";
import { proofShape } from "../../conformance/prove/options.ts";
import { count } from "../../schema/numbers.ts";
import { program } from "../../schema/options.ts";

/** Raised whenever port.json or port.lock.json changes its fields. */
export const ledgerFormat = 1;

const format = z.literal(ledgerFormat).describe("of this file");
const values = z.record(z.string(), z.unknown());
const digest = z.string().describe("SHA-256, in hexadecimal");

const { make, call, as, differentiate, dtype, draws, reductions } = proofShape;

const ledgerTwin = z
  .strictObject({
    port: z.string().min(1).describe("the file and the name of its TypeScript function, such as ./port.ts#elbo"),
    inputs: values.optional().describe("by name: float32[4,3] to have numbers drawn, or as in a file of cases"),
    cases: z.string().min(1).optional().describe("a JSON file with sets of inputs, instead"),
    calls: z.string().min(1).optional().describe("a folder of recorded calls, instead"),
    edges: z
      .boolean()
      .optional()
      .describe("whether edges are tried beside what is drawn; they are unless told otherwise"),
    init: values.optional().describe("what the class is made with, by name"),
    make: make.describe("module:function of Python's that makes what the method belongs to, instead of its class"),
    call: call.describe("an argument for each of Python's parameters, or one object of them"),
    as: as.describe("what tensors are given as"),
    differentiate: differentiate.describe("inputs whose gradients are compared too, and state.<name> of parameters"),
    dtype: dtype.describe("what Python's truth is computed in"),
    draws: draws.describe("who draws where Python does"),
    reductions: reductions.describe("how many terms each number of an output is summed from, by name"),
  })
  .meta({
    id: "LedgerTwin",
    description: "A Python function's TypeScript twin, and what it is proved on: as prove takes it.",
  });

/** port.json, which its user writes. */
export const ledgerFile = z
  .strictObject({
    $schema: z.string().optional().describe("of this file, for editors"),
    format,
    module: z.string().min(1).describe("Python's, by its dotted name"),
    folder: z.string().min(1).default(".").describe("where it is, from this file"),
    argv: program.shape.argv,
    cuda: program.shape.cuda,
    client: z.string().min(1).optional().describe("the client that adsam wrap has written for it, from this file"),
    twins: z
      .record(
        z.string(),
        z.union([z.string().min(1), ledgerTwin], { error: "expected ./port.ts#name, or an object with port" }),
      )
      .describe("by Python's name: function or Class.method; ./port.ts#name alone where annotations say the inputs"),
  })
  .meta({ id: "LedgerFile", description: "port.json: which functions of a Python module have a twin in TypeScript." });

const ledgerSpeed = z
  .strictObject({
    native: z.number().positive().describe("milliseconds of a call of the twin: median"),
    bridged: z.number().positive().describe("milliseconds of a call of Python's from TypeScript: median"),
    calls: count.describe("how many of each"),
  })
  .meta({
    id: "LedgerSpeed",
    description: "How long the first case took on either side, its tensors handed over and read.",
  });

const ledgerProof = z
  .strictObject({
    state: z.enum(["conforms", "departs"]).describe("what the proof came to"),
    since: z.iso
      .datetime()
      .nullable()
      .describe("when it was first seen to conform, and has ever since; null where it departs"),
    conformed: z.iso
      .datetime()
      .optional()
      .describe("when it last was seen to conform, where it departs and once did conform"),
    proved: z.iso.datetime().describe("when this was seen"),
    cases: count.describe("how many were compared"),
    worst: z
      .number()
      .min(0)
      .nullable()
      .describe("the largest error, in units of its tolerance; null where nothing was compared"),
    message: z.string().nullable().describe("why it departs"),
    speed: ledgerSpeed.nullable().describe("null where it was not measured"),
    python: digest.describe("SHA-256 of the module's file and those of the folder that it imports"),
    contract: digest.describe("SHA-256 of how the function is called, as adsam wrap knows it"),
    port: digest.describe("SHA-256 of the twin's file and those that it imports by a path"),
    asked: digest.describe("SHA-256 of the twin's entry in port.json, and the files that it names"),
  })
  .meta({ id: "LedgerProof", description: "What a proof came to, and of what." });

/** port.lock.json, which `adsam port` writes. */
export const ledgerLock = z
  .strictObject({
    format,
    module: z.string().describe("as in port.json"),
    proofs: z.record(z.string(), ledgerProof).describe("by Python's name"),
  })
  .meta({ id: "LedgerLock", description: "port.lock.json: what adsam port has proved." });
