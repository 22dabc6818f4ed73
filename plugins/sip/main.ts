/**
 * SIP telephones: every account of the configuration is a phone, connected while a SIP phone is registered for it.
 *
 * @module
 */
import { definePlugin, PluginUnavailable } from "switchroom/plugin";
import { type Configuration, type GivenConfiguration, readConfiguration } from "./configuration.ts";
import { TransportError } from "./lib/transport/mod.ts";
import { openSwitchboard, type Switchboard } from "./switchboard.ts";

export default definePlugin<GivenConfiguration>((host, given) => {
  const configuration = checked(given);
  for (const remark of configuration.remarks) host.log.warn(remark);
  let switchboard: Switchboard | undefined;
  return {
    async start() {
      switchboard = await openSwitchboard(host, configuration).catch((error) => {
        throw waitsForAddress(error) ? new PluginUnavailable(error.message, { cause: error }) : error;
      });
    },
    async stop() {
      await switchboard?.close();
    },
  };
});

/** What contradicts itself does so the next time too. */
function checked(given: GivenConfiguration): Configuration {
  try {
    return readConfiguration(given);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new PluginUnavailable(error.message, { retry: false, cause: error });
  }
}

/** Whether an address is taken, or the machine does not have it yet: the network may come up after the server. */
function waitsForAddress(error: unknown): error is TransportError {
  const cause = error instanceof TransportError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && /^EADDR(INUSE|NOTAVAIL)$/.test(String(cause.code));
}
