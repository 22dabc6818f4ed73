/**
 * The connection of a plugin's process with its host, one for each process: it makes and starts the plugin, hands
 * messages to its phones and stops it, in the order that `Plugin` tells.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import type { LogLevel } from "../core/contract/managed_plugin.ts";
import { OFFER_BOUNDS, type OfferedPhone, PHONE_ID } from "../core/contract/offered_phone.ts";
import {
  clip,
  type FromPlugin,
  PendingCalls,
  refusalOf,
  SDK_VERSION,
  type StartVerdict,
  type ToPlugin,
  WIRE_VERSION,
} from "../wire/mod.ts";
import { factoryOf, type Plugin } from "./define_plugin.ts";
import { DrivenPhone } from "./driven_phone.ts";
import { type Driver, methodsOf } from "./driver.ts";
import type { Host, Logger, NewPhone } from "./host.ts";
import { LiveCapabilities } from "./live_capabilities.ts";
import type { Phone } from "./phone.ts";
import type { PhoneChannel } from "./phone_channel.ts";
import { placeOf, stackOf } from "./stack.ts";
import { PluginUnavailable } from "./unavailable.ts";

/** The way to the host. */
export interface ConnectionOptions {
  /** Takes a message for the host. */
  send(message: FromPlugin): void;
  /** The plugin has stopped: nothing is sent any more. */
  stopped(): void;
}

/** A plugin as its host speaks with it. After the plugin has stopped, nothing of it is sent any more. */
export class Connection implements PhoneChannel {
  readonly #definition: unknown;
  readonly #wire: ConnectionOptions;
  readonly #phones = new Map<string, DrivenPhone>();
  readonly #calls = new PendingCalls();
  /** What was thrown because no phone can ever be added so. */
  readonly #badOffers = new WeakSet<Error>();
  #plugin: Plugin | undefined;
  #stopped = false;

  /**
   * @param definition The default export of the plugin's entry.
   * @param options The way to the host.
   */
  constructor(definition: unknown, options: ConnectionOptions) {
    this.#definition = definition;
    this.#wire = options;
  }

  /** Takes one message of the host. */
  receive(message: ToPlugin): void {
    switch (message.type) {
      case "operate":
        return this.#operate(message);
      case "abort":
        for (const phone of this.#phones.values()) phone.abort(message.requestId);
        return;
      case "open":
      case "close":
      case "want":
      case "get":
        return void this.#answer(message);
      case "answer":
      case "refuse":
        return void this.#calls.end(message);
      case "hello":
        return void this.#start(message);
      case "stop":
        return void this.#stop();
    }
  }

  send(message: FromPlugin): void {
    // After its stop a plugin calls nothing back (R80).
    if (!this.#stopped) this.#wire.send(message);
  }

  log(level: LogLevel, text: string): void {
    this.send({ type: "log", level, text: clip(String(text)) });
  }

  changeCapabilities(phone: string, capabilities: PhoneCapabilities): Promise<unknown> {
    return this.#calls.make((call) => this.send({ type: "capabilities", call, phone, capabilities }));
  }

  async #start({ wire, name, config }: Extract<ToPlugin, { type: "hello" }>): Promise<void> {
    this.send({ type: "hello", wire: WIRE_VERSION, sdk: SDK_VERSION });
    if (wire !== WIRE_VERSION) return;
    const factory = factoryOf(this.#definition);
    if (!factory) {
      const message = "its entry is not a plugin: the default export must be what definePlugin gives";
      return this.send({ type: "startFailed", message, verdict: "never" });
    }
    try {
      this.#plugin = await factory(this.#host(name), config);
      await this.#plugin.start?.();
      // A phone that start did not wait for is part of the start all the same.
      await this.#calls.all();
      this.send({ type: "ready" });
    } catch (error) {
      const verdict = this.#verdictOn(error);
      this.log(verdict === "notYet" ? "warn" : "error", `start failed: ${stackOf(error)}`);
      this.send({ type: "startFailed", message: clip(`${wordsOf(error)}${placeOf(error)}`), verdict });
    }
  }

  #verdictOn(error: unknown): StartVerdict {
    if (error instanceof PluginUnavailable) return error.retry ? "notYet" : "never";
    return error instanceof Error && this.#badOffers.has(error) ? "never" : "crash";
  }

  async #stop(): Promise<void> {
    try {
      await this.#plugin?.stop?.();
    } catch (error) {
      this.log("error", `stop failed: ${stackOf(error)}`);
    }
    this.send({ type: "stopped" });
    this.#stopped = true;
    this.#wire.stopped();
  }

  #host(name: string): Host {
    const at = (level: LogLevel) => (text: string) => this.log(level, text);
    const log: Logger = Object.assign(at("info"), {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
    });
    return {
      name,
      log,
      addPhone: (phone, driver) =>
        this.#addPhone(phone, driver).catch((error) => {
          // What the server refuses it may take another time.
          if (!(error instanceof PhoneError)) this.#badOffers.add(error);
          throw error;
        }),
      removePhone: (id) => this.#removePhone(id),
    };
  }

  async #addPhone(newPhone: NewPhone, driver: Driver): Promise<Phone> {
    const capabilities = this.#capabilitiesOf(newPhone, driver);
    const { id, name, connected = true } = newPhone;
    const phone = new DrivenPhone(id, { driver, capabilities, connected, channel: this });
    this.#phones.set(id, phone);
    try {
      // The status can always be told: without the driver's own it is put together here.
      const methods = [...new Set([...methodsOf(driver), "getStatus" as const])];
      const offer: OfferedPhone = { id, name, capabilities: capabilities.now, connected, methods };
      await this.#calls.make((call) => this.send({ type: "addPhone", call, phone: offer }));
    } catch (error) {
      this.#phones.delete(id);
      phone.remove();
      throw error;
    }
    return phone;
  }

  #capabilitiesOf({ id, name, capabilities = {} }: NewPhone, driver: Driver): LiveCapabilities {
    if (!PHONE_ID.test(id)) {
      throw new TypeError(`Cannot add phone ${JSON.stringify(id)}: its id must be 1 to 64 of A-Z a-z 0-9 . _ ~ -`);
    }
    if (typeof name !== "string" || name.length === 0 || name.length > OFFER_BOUNDS.name) {
      throw new TypeError(`Cannot add phone ${id}: its name must be 1 to ${OFFER_BOUNDS.name} characters`);
    }
    if (this.#phones.has(id)) throw new TypeError(`Cannot add phone ${id}: a phone of that id is there already`);
    return new LiveCapabilities(capabilities, { id, driver, channel: this });
  }

  async #removePhone(id: string): Promise<void> {
    const phone = this.#phones.get(id);
    if (!phone) throw new TypeError(`Cannot remove phone ${JSON.stringify(id)}: there is none of that id`);
    await this.#calls.make((call) => this.send({ type: "removePhone", call, phone: id }));
    this.#phones.delete(id);
    phone.remove();
  }

  #operate(message: Extract<ToPlugin, { type: "operate" }>): void {
    const phone = this.#phones.get(message.phone);
    if (phone) {
      void phone.operate(message);
    } else {
      const { value, message: words } = missing(message.phone);
      this.send({ type: "done", requestId: message.requestId, result: value, message: words });
    }
  }

  async #answer(message: Extract<ToPlugin, { type: "open" | "close" | "want" | "get" }>): Promise<void> {
    const { call } = message;
    const acknowledge = () => this.send({ type: "answer", call });
    try {
      const phone = this.#phones.get(message.phone);
      if (!phone) throw missing(message.phone);
      switch (message.type) {
        case "open":
          return await phone.open(message.wanted, acknowledge);
        case "close":
          return await phone.close(acknowledge);
        case "want":
          phone.want(message.wanted);
          return acknowledge();
        case "get":
          return this.send({ type: "answer", call, value: await phone.get(message.getter, message.params) });
      }
    } catch (error) {
      this.send(refusalOf(call, error));
    }
  }
}

function missing(phone: string): PhoneError {
  return new PhoneError("OPERATIONFAILED", `The plugin has no phone ${phone}`);
}
