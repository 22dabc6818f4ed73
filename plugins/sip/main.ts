/**
 * SIP telephones: every account of the configuration is a phone, connected while a SIP phone is registered for it.
 *
 * @module
 */
import { definePlugin } from "switchroom/plugin";
import { type GivenConfiguration, readConfiguration } from "./configuration.ts";
import { openSwitchboard, type Switchboard } from "./switchboard.ts";

export default definePlugin<GivenConfiguration>((host, given) => {
  const configuration = readConfiguration(given);
  let switchboard: Switchboard | undefined;
  return {
    async start() {
      switchboard = await openSwitchboard(host, configuration);
    },
    async stop() {
      await switchboard?.close();
    },
  };
});
