import type { Backend, Model } from "../../../src/backend.ts";

/** A model that is asked the same questions in the same order as one before computes only what nobody has asked yet. */
class Rememberer {
  readonly #model: Model;
  readonly #answers: { readonly question: string; readonly answer: unknown }[] = [];

  constructor(model: Model) {
    this.#model = model;
  }

  /** The model as if it were new. */
  fresh(): Model {
    let asked = 0;
    const ask = (method: "forward" | "gradients" | "inspect" | "trace" | "read" | "write") => {
      return (...given: never[]) => {
        const place = asked++;
        const known = this.#answers[place];
        if (known === undefined) {
          const answer: unknown = Reflect.apply(this.#model[method], this.#model, given);
          this.#answers.push({ question: method, answer });
          return answer;
        }
        if (known.question !== method) throw new Error(`question ${place} was ${known.question}, and is ${method} now`);
        return known.answer;
      };
    };
    const methods = (["forward", "gradients", "inspect", "trace", "read", "write"] as const).map((m) => [m, ask(m)]);
    const model: Model = Object.create(this.#model);
    return Object.assign(model, Object.fromEntries(methods), { dispose: async () => {} });
  }
}

/**
 * A backend whose models answer a repeated sequence of questions from memory: many comparisons with one right side need that
 * side computed once. Sequences may end early, but must not part.
 */
export function remembered(backend: Backend): Backend {
  const models = new Map<string, Promise<Rememberer>>();
  return {
    stages: backend.stages,
    info: () => backend.info(),
    load: (path, options) => backend.load(path, options),
    async model(spec) {
      const key = JSON.stringify(spec);
      const model = models.get(key) ?? backend.model(spec).then((made) => new Rememberer(made));
      models.set(key, model);
      return (await model).fresh();
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
