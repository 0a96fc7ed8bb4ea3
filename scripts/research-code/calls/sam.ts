import { keywords, type PythonObject } from "adversarial-sampling";
import client, { type SAM } from "./sam.client.ts";
import { begin, wave } from "./tried.ts";

await using trial = await begin(client);
const sgd = await (await trial.backend.import("torch.optim")).get<PythonObject>("SGD");
/** A network, the optimizer of its parameters, and a loss whose slopes are theirs. */
async function made(options = {}) {
  const net = await trial.nn.method<PythonObject>("Linear", 3, 2);
  const optimizer = await trial.py.SAM.create(await net.method("parameters"), sgd, { lr: 0.1, ...options });
  const closure = async () => {
    const kept = net.with({ keep: true });
    const output = await kept.call<PythonObject>(wave(4, 3));
    const loss = await output.with({ keep: true }).method<PythonObject>("norm");
    await loss.method("backward");
    return loss;
  };
  return { net, optimizer, closure };
}
const weight = (net: PythonObject) => net.get("weight");
const changed = async (
  change: (optimizer: SAM, closure: () => Promise<PythonObject>) => Promise<unknown>,
  options = {},
) => {
  const { net, optimizer, closure } = await made(options);
  await change(optimizer, closure);
  return weight(net);
};

await trial.tell(
  `
from sam import SAM
def made(**options):
    net = nn.Linear(3, 2)
    optimizer = SAM(net.parameters(), torch.optim.SGD, lr=0.1, **options)
    def closure():
        loss = net(wave(4, 3)).norm()
        loss.backward()
        return loss
    return net, optimizer, closure
`,
  {
    "sam.SAM.create": [
      "net, o, _ = made(rho=0.1); o.defaults['rho']",
      async () => {
        const { optimizer } = await made({ rho: 0.1 });
        const defaults = await optimizer.$.get<Record<string, unknown>>("defaults");
        return defaults.rho;
      },
    ],
    "sam.SAM.step": [
      "net, o, c = made(); c(); o.step(c); net.weight",
      () =>
        changed(async (optimizer, closure) => {
          await closure();
          await optimizer.step({ closure });
        }),
    ],
    "sam.SAM.step twice, adaptive": [
      "net, o, c = made(adaptive=True, rho=2.0); c(); o.step(c); c(); o.step(c); net.weight",
      () =>
        changed(
          async (optimizer, closure) => {
            await closure();
            await optimizer.step({ closure });
            await closure();
            await optimizer.step({ closure });
          },
          { adaptive: true, rho: 2 },
        ),
    ],
    "sam.SAM.first_step": [
      "net, o, c = made(); c(); o.first_step(zero_grad=True); net.weight",
      () =>
        changed(async (optimizer, closure) => {
          await closure();
          await optimizer.first_step({ zero_grad: true });
        }),
    ],
    "sam.SAM.second_step": [
      "net, o, c = made(); c(); o.first_step(zero_grad=True); c(); o.second_step(); net.weight",
      () =>
        changed(async (optimizer, closure) => {
          await closure();
          await optimizer.first_step({ zero_grad: true });
          await closure();
          await optimizer.second_step();
        }),
    ],
    "sam.SAM.load_state_dict": [
      "net, o, c = made(); c(); o.step(c); s = o.state_dict(); o.load_state_dict(s); o.param_groups[0]['lr']",
      async () => {
        const { optimizer, closure } = await made();
        await closure();
        await optimizer.step({ closure });
        await optimizer.load_state_dict(await optimizer.$.with({ keep: true }).method("state_dict"));
        const [group] = (await optimizer.param_groups) as { lr: number }[];
        return group?.lr;
      },
    ],
    "sam.SAM.base_optimizer": [
      "net, o, c = made(momentum=0.5); o.base_optimizer.defaults['momentum']",
      async () => {
        const { optimizer } = await made({ momentum: 0.5 });
        const base = (await optimizer.base_optimizer) as PythonObject;
        return (await base.get<Record<string, unknown>>("defaults")).momentum;
      },
    ],
    "sam.SAM.zero_grad, inherited": [
      "net, o, c = made(); c(); o.zero_grad(); net.weight.grad",
      async () => {
        const { net, optimizer, closure } = await made();
        await closure();
        await optimizer.$.method("zero_grad", keywords({ set_to_none: true }));
        return (await net.with({ keep: true }).get<PythonObject>("weight")).with({ keep: false }).get("grad");
      },
    ],
  },
);
