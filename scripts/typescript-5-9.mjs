/** What imports TypeScript gets 5.9, whose compiler can be called: typedoc does not know of 7 yet. `node --import` loads this first. */
import { register } from "node:module";

const hook = `export const resolve = (name, context, next) => next(name === "typescript" ? "typescript-5-9" : name, context)`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
