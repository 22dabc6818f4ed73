/**
 * What a phone of the SDK speaks to: the connection to the host.
 *
 * @module
 */
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import type { LogLevel } from "../core/contract/managed_plugin.ts";
import type { FromPlugin } from "../wire/mod.ts";

/** Where a phone's messages and log lines go. */
export interface PhoneChannel {
  /** Takes a message for the host. */
  send(message: FromPlugin): void;
  /**
   * Tells the host what a phone can do now. Resolves when the server has taken it.
   *
   * @throws {RangeError} At once, if it fits no message.
   * @throws {PhoneError} If the server refuses it.
   */
  changeCapabilities(phone: string, capabilities: PhoneCapabilities): Promise<unknown>;
  /** Takes a line for the log. */
  log(level: LogLevel, text: string): void;
}
