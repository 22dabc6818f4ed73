/**
 * `doctor`: what is wrong with this installation, in words. It looks, and changes nothing.
 *
 * @module
 */
import { EXIT } from "../../program/mod.ts";
import { printFindings } from "../findings.ts";
import { command, JSON_OPTION } from "../parsing/command.ts";
import { SERVE_OPTIONS } from "./serve.ts";

/** `doctor`. */
export const doctor = command({
  words: "doctor",
  says: "Says what is wrong with this installation, and what to do about it",
  more:
    "Takes the options that the server is started with; without --config it looks at the one of the server that runs on the data folder. Changes nothing. Exits with 1 if something does not work (✗); what works and should be known (!) is no failure.",
  parameters: {},
  options: { config: SERVE_OPTIONS.config, data: SERVE_OPTIONS.data, listen: SERVE_OPTIONS.listen, json: JSON_OPTION },
  examples: ["doctor", "doctor --config switchroom.json"],
  async run({ json, ...flags }) {
    // Loaded when it is needed, as it looks at everything that a server has.
    const { examine } = await import("../doctor/mod.ts");
    return await printFindings(examine(flags), json) ? EXIT.orderly : EXIT.failed;
  },
});
