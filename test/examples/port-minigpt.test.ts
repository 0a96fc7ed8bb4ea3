import { expect } from "vitest";
import { stages } from "../../examples/port-minigpt/stages.ts";
import { climbed } from "./climbed.ts";

climbed("port-minigpt", {
  stages,
  variable: "MINGPT_CHECKOUT",
  check: async ({ program, proofs }, name, sides) => {
    expect(program).toBe((await stages.bridged(sides)).program); // the same losses, to five places
    expect(proofs.length > 0).toBe(name !== "bridged");
  },
});
