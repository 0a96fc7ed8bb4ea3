/**
 * What computes for the twin. This file and `engine/` are the only ones of this room that know Node and tfjs-node.
 *
 * The rest imports `@tensorflow/tfjs-core` by that name and in no other way: Node then gives it the one instance that
 * tfjs-node registers its kernels in. A deep path would give another one, without a backend. The core alone knows no
 * gradients: whoever starts the engine registers them, in a browser `import "@tensorflow/tfjs"`.
 */
export { inspectAddon } from "./engine/inspect.ts";
export { prepareAddon } from "./engine/prepare.ts";

export interface Engine {
  /** `native`: TensorFlow through tfjs-node. `cpu`: plain JavaScript, the same numbers, its convolutions 2000 times slower. */
  readonly name: "native" | "cpu";
  /** One line: what it is, and why not the native one. */
  readonly reason: string;
  /** Of TensorFlow.js. */
  readonly version: string;
}

let started: Promise<Engine> | undefined;

/** Makes the backend of TensorFlow.js ready, once: the native one when it loads and computes rightly, otherwise plain JavaScript. */
export function startEngine(): Promise<Engine> {
  started ??= start();
  return started;
}

async function start(): Promise<Engine> {
  const [{ loadNative, loadPlain }, { ownAddonPlace }, { ownHome }, { version_core: version }] = await Promise.all([
    import("./engine/load.ts"),
    import("./engine/place.ts"),
    import("../installation/home.ts"),
    import("@tensorflow/tfjs-core"),
  ]);
  try {
    const tensorflow = await loadNative(ownAddonPlace().tfjsNode);
    return { name: "native", reason: `TensorFlow ${tensorflow} through tfjs-node`, version };
  } catch (error) {
    await loadPlain();
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const reason = `plain JavaScript, which is slow: ${why}; \`${ownHome.setupCommand}\` gets TensorFlow or says why not`;
    return { name: "cpu", reason, version };
  }
}
