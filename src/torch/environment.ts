/** Where Python lives, what is in it, and how it is made. Loads neither pythonia nor Python. */
export { nvidiaGpus } from "./environment/build.ts";
export { type FoundPython, findPython, type PythonSource } from "./environment/find.ts";
export {
  inspectPython,
  type Problem,
  type PythonReport,
  requireHealthy,
} from "./environment/inspect.ts";
export { compileKernels, inspectKernels } from "./environment/kernels.ts";
export { makeEnvironment } from "./environment/make.ts";
export { ownPlace, placeOf } from "./environment/place.ts";
export { environmentIsCurrent } from "./environment/stamp.ts";
export { pythonVariables } from "./environment/variables.ts";
