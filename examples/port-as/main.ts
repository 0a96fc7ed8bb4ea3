import { climb } from "../ladder.ts";
import { stages } from "./stages.ts";

await climb(stages);
