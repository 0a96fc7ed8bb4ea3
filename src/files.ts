export { append } from "./files/append.ts";
export { fileError, systemCode } from "./files/errors.ts";
export { makeFolders } from "./files/folders.ts";
export { jsonIn } from "./files/json.ts";
export { type Place, placeOf, readLasting } from "./files/lasting.ts";
export { absolutePath } from "./files/paths.ts";
export { readBytes } from "./files/read.ts";
export { checkWritable } from "./files/target.ts";
export { writeFileAtomically } from "./files/write.ts";
