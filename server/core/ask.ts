import { PhoneError } from "./contract/errors.ts";
import type { Exchange, Phone } from "./exchange.ts";
import type { PluginProcess } from "./ports.ts";
import { TimeUp, within } from "./within.ts";

/**
 * Asks the plugin of a phone something that it must answer at once.
 *
 * @throws {PhoneError} The driver's error, `OPERATIONFAILED` when no answer comes in time, `RESOURCEUNAVAIL` when the plugin is not running.
 */
export async function ask<Value>(
  exchange: Exchange,
  phone: Phone,
  question: (process: PluginProcess) => Promise<Value>,
): Promise<Value> {
  const { process } = phone.plugin;
  if (process === undefined) throw new PhoneError("RESOURCEUNAVAIL", `The plugin of ${phone.id} is not running`);
  const { getterMs } = exchange.bounds;
  try {
    return await within(exchange.clock, getterMs, question(process));
  } catch (error) {
    if (error instanceof TimeUp) {
      throw new PhoneError("OPERATIONFAILED", `${phone.id} did not answer within ${getterMs} ms`);
    }
    throw error;
  }
}
