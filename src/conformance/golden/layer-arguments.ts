import * as z from "zod";
import { type ModelSpec, modelSpec } from "../../schema/models.ts";

/** The constructors' arguments: torch's names in torch's order, and what each is called in our specification. */
const signatures = {
  conv2d: {
    in_channels: "inChannels",
    out_channels: "outChannels",
    kernel_size: "kernelSize",
    stride: "stride",
    padding: "padding",
    dilation: "dilation",
    groups: "groups",
    bias: "bias",
  },
  linear: { in_features: "inFeatures", out_features: "outFeatures", bias: "bias" },
  batchnorm2d: {
    num_features: "features",
    eps: "eps",
    momentum: "momentum",
    affine: "affine",
    track_running_stats: "trackRunningStats",
  },
} as const;

export const layerKinds = ["conv2d", "linear", "batchnorm2d"] as const satisfies readonly (keyof typeof signatures)[];

interface LayerCall {
  readonly kind: keyof typeof signatures;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly sigma_0: number;
}

/**
 * The layer that a torch constructor's positional and keyword arguments describe, in float64.
 * Arguments that the layer does not take, takes twice or takes otherwise become issues of `context`.
 */
export function layerSpec({ kind, args, kwargs, sigma_0 }: LayerCall, context: z.core.$RefinementCtx): ModelSpec {
  const signature: Readonly<Record<string, string>> = signatures[kind];
  const order = Object.keys(signature);
  const spec: Record<string, unknown> = { kind, priorSigma: sigma_0, dtype: "float64" };
  const places = new Map<string, (string | number)[]>();

  function take(torchName: string | undefined, value: unknown, place: (string | number)[]): void {
    const name = torchName === undefined ? undefined : signature[torchName];
    if (name === undefined || name in spec) {
      const problem = name === undefined ? `${kind} takes ${order.join(", ")}, received one more` : "given twice";
      context.addIssue({ code: "custom", path: place, message: problem });
      return;
    }
    spec[name] = value;
    places.set(name, place);
  }

  args.forEach((value, i) => {
    take(order[i], value, ["args", i]);
  });
  for (const [torchName, value] of Object.entries(kwargs)) {
    take(Object.hasOwn(signature, torchName) ? torchName : undefined, value, ["kwargs", torchName]);
  }

  const parsed = modelSpec.safeParse(spec);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    const name = String(path[0]);
    const torchName = order.find((candidate) => signature[candidate] === name) ?? name;
    const received = name in spec ? `, received ${JSON.stringify(spec[name])}` : "";
    const place = places.get(name) ?? ["args"];
    context.addIssue({ code: "custom", path: place, message: `${torchName} of ${kind}: ${message}${received}` });
  }
  return z.NEVER;
}
