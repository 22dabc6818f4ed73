import deno from "../../deno.json" with { type: "json" };
import { HISTORY_FORMAT } from "../history/mod.ts";
import { SDK_VERSION, WIRE_VERSION } from "../plugin/wire.ts";
import { CONFIGURATION_VERSION } from "./configuration/mod.ts";

/** Tells the server's version and those of what others hold on to, each of which changes for itself. */
export function versions(): string {
  const sdk = SDK_VERSION.split(".").slice(0, 2).join(".");
  return `switchroom ${deno.version} (plugin SDK ${sdk}, wire ${WIRE_VERSION}, history format ${HISTORY_FORMAT}, ` +
    `configuration ${CONFIGURATION_VERSION})`;
}
