/**
 * Where plugins are taken in: which there are, when all have settled, and how one is let go.
 *
 * @module
 */
import { closePhone } from "./close.ts";
import type { PluginIntake } from "./core.ts";
import type { Exchange, Plugin } from "./exchange.ts";
import { giveDeviceId } from "./phones.ts";
import { admit } from "./plugin_reports.ts";

/** The face that the host calls. */
export function pluginIntake(exchange: Exchange): PluginIntake {
  const plugin = (name: string): Plugin => {
    const found = exchange.plugins.get(name);
    if (found === undefined) throw new Error(`Cannot find plugin ${name}: it was not enabled`);
    return found;
  };
  const settleIfAll = () => {
    if (exchange.settled || [...exchange.plugins.values()].some((plugin) => !plugin.settled)) return;
    exchange.settled = true;
    for (const plugin of exchange.plugins.values()) {
      for (const phone of plugin.phones.values()) giveDeviceId(phone);
    }
  };
  return {
    enable(names) {
      for (const name of names) {
        exchange.plugins.set(name, {
          exchange,
          name,
          process: undefined,
          settled: false,
          ready: false,
          inFlight: 0,
          phones: new Map(),
          phoneBytes: 0,
        });
      }
      settleIfAll();
    },
    admit: (name, process) => admit(plugin(name), process),
    settle(name, failure) {
      const type = failure?.state === "givenUp" ? "pluginGivenUp" : "pluginRefused";
      if (failure) exchange.history.note({ type, plugin: name, detail: failure });
      plugin(name).settled = true;
      settleIfAll();
    },
    async closePhones(name) {
      const leaving = plugin(name);
      leaving.ready = false;
      const phones = [...leaving.phones.values()];
      await Promise.all(phones.map((phone) => closePhone(phone, "pluginStop")));
    },
  };
}
