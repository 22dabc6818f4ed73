/**
 * What a plugin is given: the host.
 *
 * @module
 */
import type { PartialCapabilities } from "./capabilities.ts";
import type { Driver } from "./driver.ts";
import type { Phone } from "./phone.ts";

/**
 * Writes lines to the plugin's log; longer ones than 2,000 characters are cut, and too many are dropped and counted.
 */
export interface Logger {
  /** As {@linkcode Logger.info}. */
  (text: string): void;
  /** What only its author needs. */
  debug(text: string): void;
  /** What an operator may like to know. */
  info(text: string): void;
  /** What an operator should look at. */
  warn(text: string): void;
  /** What went wrong. */
  error(text: string): void;
}

/** A phone to be added. */
export interface NewPhone {
  /** 1 to 64 of `A-Z a-z 0-9 . _ ~ -`; the same device keeps it from run to run. */
  id: string;
  /** Its name for people, 1 to 256 characters. */
  name: string;
  /** What it can do; parts that are left out are not there. */
  capabilities?: PartialCapabilities;
  /**
   * Whether the link to the device stands.
   *
   * @default {true}
   */
  connected?: boolean;
}

/** The server, as a plugin sees it. */
export interface Host {
  /** The name that the plugin runs under: the prefix of its phones. */
  readonly name: string;
  /** The plugin's log. */
  readonly log: Logger;
  /**
   * Offers a phone: applications can open it from now on.
   *
   * @throws {TypeError} If the id, the name or the capabilities are not valid, or a phone of that id is there.
   * @throws {PhoneError} If the server refuses it.
   */
  addPhone(phone: NewPhone, driver: Driver): Promise<Phone>;
  /**
   * Takes a phone away for good; for a link that is down use `phone.connected = false`.
   *
   * It is closed first, and that waits for every operation: an operation must not wait for it.
   *
   * @throws {TypeError} If there is no such phone.
   */
  removePhone(id: string): Promise<void>;
}
