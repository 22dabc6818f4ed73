/**
 * The plugin that the benchmark runs with, and its phones.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Its folder. */
export const PLUGIN_FOLDER: string = fileURLToPath(new URL("plugin", import.meta.url));

/** The id of its first phone, without the plugin's name. */
export const PHONE = "phone-1";

/** The configuration of a server with so many plugins that have so many phones each; one of one if left out. */
export function benchConfig({ plugins = 1, phones = 1 } = {}): { bounds: { inFlight: number }; plugins: object[] } {
  return {
    // A load that goes on when a request is accepted is not refused for those that are not completed yet.
    bounds: { inFlight: 8_192 },
    plugins: Array.from({ length: plugins }, (_, number) => ({
      name: pluginName(number),
      source: PLUGIN_FOLDER,
      config: { phones },
    })),
  };
}

/** The name of a phone; both numbers begin at 0. */
export function phoneName({ plugin = 0, phone = 0 } = {}): string {
  return `${pluginName(plugin)}:phone-${phone + 1}`;
}

function pluginName(number: number): string {
  return number === 0 ? "bench" : `bench-${number}`;
}
