import * as z from "zod";
import {
  batchNorm2dSpec,
  conv2dSpec,
  type LayerSpec,
  linearSpec,
  type ModelSpec,
  modelSpec,
} from "../../schema/models.ts";
import { unknownFields } from "../../validation.ts";

const [conv, linear, norm] = [conv2dSpec.shape, linearSpec.shape, batchNorm2dSpec.shape];

/** The constructors' arguments: torch's names in torch's order, what each is called in our specification, and what it may be. */
const signatures = {
  conv2d: {
    in_channels: ["inChannels", conv.inChannels],
    out_channels: ["outChannels", conv.outChannels],
    kernel_size: ["kernelSize", conv.kernelSize],
    stride: ["stride", conv.stride],
    padding: ["padding", conv.padding],
    dilation: ["dilation", conv.dilation],
    groups: ["groups", conv.groups],
    bias: ["bias", conv.bias],
  },
  linear: {
    in_features: ["inFeatures", linear.inFeatures],
    out_features: ["outFeatures", linear.outFeatures],
    bias: ["bias", linear.bias],
  },
  batchnorm2d: {
    num_features: ["features", norm.features],
    eps: ["eps", norm.eps],
    momentum: ["momentum", norm.momentum],
    affine: ["affine", norm.affine],
    track_running_stats: ["trackRunningStats", norm.trackRunningStats],
  },
} as const satisfies Record<LayerSpec["kind"], Signature>;

type Signature = Readonly<Record<string, readonly [name: string, schema: z.ZodType]>>;

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
  const signature: Signature = signatures[kind];
  const order = Object.keys(signature);
  const placed = args.map((value, i): [string, unknown] => [order[i] ?? "", value]);
  const twice = placed.map(([name]) => name).find((name) => Object.hasOwn(kwargs, name));
  if (args.length > order.length) {
    const message = `expected up to ${order.length} arguments of ${kind}: ${order.join(", ")}`;
    context.addIssue({ code: "custom", path: ["args"], message, params: { got: args.length } });
    return z.NEVER;
  }
  if (twice !== undefined) {
    const message = `expected ${twice} once, by place or by name`;
    context.addIssue({ code: "custom", path: ["kwargs", twice], message, params: { got: kwargs[twice] } });
    return z.NEVER;
  }
  const schemas = Object.entries(signature).map(([name, [, schema]]) => [name, schema] as const);
  const call = z.strictObject(Object.fromEntries(schemas));
  const parsed = call.safeParse(
    { ...Object.fromEntries(placed), ...kwargs },
    { reportInput: true, error: unknownFields },
  );
  for (const issue of parsed.error?.issues ?? []) {
    const place = order.indexOf(String(issue.path[0]));
    const path =
      place >= 0 && place < args.length ? ["args", place, ...issue.path.slice(1)] : ["kwargs", ...issue.path];
    context.issues.push({ ...issue, path } as z.core.$ZodRawIssue);
  }
  if (!parsed.success) return z.NEVER;
  const own = Object.entries(parsed.data).map(([name, value]) => [signature[name]?.[0], value] as const);
  return modelSpec.parse({ kind, priorSigma: sigma_0, dtype: "float64", ...Object.fromEntries(own) });
}
