/** How many right ports of functions of torch pass, and how many that are off by 1e-5 do not. */
import * as tf from "@tensorflow/tfjs-core";
import { open } from "../src/index.ts";
import { rightPorts } from "./right-ports/functions.ts";
import { type Swept, scaledGradient, scaledPort, sweep } from "./right-ports/sweep.ts";

await using twin = await open({ backend: "tfjs" });
await using torch = await open({ backend: "torch", device: "cpu" });
await twin.info();
const ports = rightPorts(tf);
const rounded = new Set(["isfinite", "isnan"].map((name) => `torch:${name}`));
const scaled = ports.filter(({ torch: name }) => !rounded.has(name));
const stepped = new Set(["ceil", "floor", "round", "sign"].map((name) => `torch:${name}`));
const kinds = [
  { what: "right ports that pass", ports },
  {
    what: "ports off by 1e-5 that pass",
    ports: scaled.map((one) => ({ ...one, port: scaledPort(tf, one.port) })),
  },
  {
    what: "ports whose gradients are off by 1e-5 that pass",
    ports: scaled
      .filter(({ torch: name }) => !stepped.has(name))
      .map((one) => ({ ...one, port: scaledGradient(tf, one.port) })),
  },
];
for (const { what, ports } of kinds) {
  for (const shape of [[3, 4], [100, 40], [1000]]) {
    const found: ({ name: string } & Swept)[] = [];
    for (const one of ports) found.push({ name: one.torch, ...(await sweep(twin, torch, one, shape)) });
    const [passed, all] = [found.reduce((n, one) => n + one.passed, 0), found.reduce((n, one) => n + one.of, 0)];
    process.stdout.write(`${what}, [${shape}]: ${passed} of ${all}, ${ports.length} functions\n`);
    const isRight = ports === kinds[0]?.ports;
    const odd = found.filter((one) => (isRight ? one.passed < one.of : one.passed > 0));
    for (const { name, passed, of, messages } of odd) {
      process.stdout.write(`  ${name}: ${passed} of ${of}\n`);
      if (isRight) for (const message of messages) process.stdout.write(`    ${message}\n`);
    }
  }
}
