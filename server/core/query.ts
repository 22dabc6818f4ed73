import { PhoneError } from "./contract/errors.ts";
import type { Phone } from "./exchange.ts";
import type { PluginProcess } from "./ports.ts";
import { TimeUp, within } from "./waiting.ts";

/**
 * Queries the plugin of a phone for what it must answer at once.
 *
 * @throws {PhoneError} The driver's error, `OPERATIONFAILED` when no answer comes in time, `RESOURCEUNAVAIL` when the
 * plugin is not running.
 */
export async function query<Value>(phone: Phone, question: (process: PluginProcess) => Promise<Value>): Promise<Value> {
  const { process, exchange: { clock, bounds: { getterMs } } } = phone.plugin;
  if (process === undefined) throw new PhoneError("RESOURCEUNAVAIL", `The plugin of ${phone.id} is not running`);
  try {
    return await within(question(process), { clock, ms: getterMs });
  } catch (error) {
    if (error instanceof TimeUp) {
      throw new PhoneError("OPERATIONFAILED", `${phone.id} did not answer within ${getterMs} ms`);
    }
    throw error;
  }
}
