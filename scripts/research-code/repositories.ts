import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** A public repository of this field, as it is checked out. */
export interface Repository {
  /** The folder of its checkout. */
  readonly folder: string;
  /** Where it is from: owner and name on GitHub. */
  readonly from: string;
  /** Its modules and packages; of a package everything in it, tests and examples aside. */
  readonly modules: readonly string[];
  /** A short program of its own that runs here, and its arguments. */
  readonly program?: readonly string[];
}

/**
 * What is wrapped. Left out are programs that train as soon as they are imported (pytorch-cifar's main, examples), tests, set-up,
 * and code of other projects that lies beside (robustbench in torchattacks).
 */
export const repositories: readonly Repository[] = [
  { folder: "AS", from: "AISIGSJTU/AS", modules: ["main", "model", "models", "utils"] },
  { folder: "blitz-bayesian-deep-learning", from: "piEsposito/blitz-bayesian-deep-learning", modules: ["blitz"] },
  {
    folder: "bayesian-neural-network-pytorch",
    from: "Harry24k/bayesian-neural-network-pytorch",
    modules: ["torchbnn"],
  },
  { folder: "bayesian-torch", from: "IntelLabs/bayesian-torch", modules: ["bayesian_torch"] },
  { folder: "adversarial-attacks-pytorch", from: "Harry24k/adversarial-attacks-pytorch", modules: ["torchattacks"] },
  { folder: "pytorch_resnet_cifar10", from: "akamaster/pytorch_resnet_cifar10", modules: ["resnet", "trainer"] },
  { folder: "pytorch-cifar", from: "kuangliu/pytorch-cifar", modules: ["models", "utils"] },
  {
    folder: "vector-quantize-pytorch",
    from: "lucidrains/vector-quantize-pytorch",
    modules: ["vector_quantize_pytorch"],
  },
  {
    folder: "rotary-embedding-torch",
    from: "lucidrains/rotary-embedding-torch",
    modules: ["rotary_embedding_torch"],
  },
  {
    folder: "minGPT",
    from: "karpathy/minGPT",
    modules: ["mingpt", "projects"],
    program: ["projects/adder/adder.py", "--trainer.max_iters=40", "--trainer.num_workers=0", "--system.work_dir=out"],
  },
  { folder: "sam", from: "davda54/sam", modules: ["sam"] },
];

const leftOut = new Set(["tests", "examples", "__pycache__"]);

/** The dotted names of a repository's modules, in the order of their names. */
export function modulesOf({ modules }: Repository, checkout: string): string[] {
  return modules.flatMap((module) => {
    if (!statSync(join(checkout, module), { throwIfNoEntry: false })?.isDirectory()) return [module];
    return filesIn(join(checkout, module))
      .map((file) => relative(checkout, file).replace(/\.py$/, "").split("/").join("."))
      .map((name) => name.replace(/\.__init__$/, ""))
      .sort();
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return leftOut.has(entry.name) ? [] : filesIn(path);
    return entry.name.endsWith(".py") ? [path] : [];
  });
}
