/**
 * What a phone can do, as it is now: what its author has said last, and what `setButtonInfo` has made of its buttons. The
 * server's copy follows.
 *
 * @module
 */
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import type { OperationParameters } from "../core/contract/operations.ts";
import {
  completeCapabilities,
  type CurrentCapabilities,
  FOLLOWING_PARTS,
  type PartialCapabilities,
} from "./capabilities.ts";
import type { Driver } from "./driver.ts";
import type { PhoneChannel } from "./phone_channel.ts";

/** What they are made from. */
export interface LiveCapabilitiesOptions {
  /** The part of the phone's name after the colon. */
  id: string;
  driver: Driver;
  channel: PhoneChannel;
}

/** The capabilities of one phone. */
export class LiveCapabilities {
  readonly #options: LiveCapabilitiesOptions;
  #now: PhoneCapabilities;
  /** What the author has left to follow from the rest. */
  #unnamed: typeof FOLLOWING_PARTS[number][];

  /**
   * @param part As the author gives them with a new phone.
   * @throws {TypeError} If a part is not valid.
   */
  constructor(part: PartialCapabilities, options: LiveCapabilitiesOptions) {
    this.#options = options;
    this.#now = completeCapabilities(part, { ...options, attempt: `add phone ${options.id}` });
    this.#unnamed = unnamedOf(part);
  }

  /** As they are now. They are never changed: others take their place, and who checks by these goes on with them. */
  get now(): PhoneCapabilities {
    return this.#now;
  }

  /** As the author reads them. */
  get current(): CurrentCapabilities {
    const current: CurrentCapabilities = structuredClone(this.#now);
    for (const name of this.#unnamed) delete current[name];
    return current;
  }

  /**
   * Takes what the author says of the phone now, and tells the server. What that refuses it never was.
   *
   * @returns Whether anything is different.
   * @throws {TypeError} If a part is not valid; as they were, they stay.
   * @throws {RangeError} If they do not fit into a message; the same.
   */
  change(part: PartialCapabilities): boolean {
    const { id, channel } = this.#options;
    const before = this.#now;
    const unnamedBefore = this.#unnamed;
    const next = completeCapabilities(part, { ...this.#options, attempt: `change the capabilities of phone ${id}` });
    if (JSON.stringify(next) === JSON.stringify(before)) return false;
    const taken = channel.changeCapabilities(id, next);
    this.#now = next;
    this.#unnamed = unnamedOf(part);
    taken.catch((error) => {
      if (this.#now === next) {
        this.#now = before;
        this.#unnamed = unnamedBefore;
      }
      channel.log("error", `Cannot change the capabilities of phone ${id}: ${error.message}; it keeps those before`);
    });
    return true;
  }

  /**
   * Takes the meaning that `setButtonInfo` has given a button, and tells the server.
   *
   * @returns Whether it is another.
   */
  mean({ button: id, mode, function: task }: OperationParameters["setButtonInfo"]): boolean {
    const before = this.#now.buttons.find((button) => button.id === id);
    if (before === undefined || (before.mode === mode && before.function === task)) return false;
    const after = { ...before, mode, function: task };
    this.#now = { ...this.#now, buttons: this.#now.buttons.map((button) => button === before ? after : button) };
    const { id: phone, channel } = this.#options;
    channel.send({ type: "buttonMeant", phone, button: id, mode, function: task });
    return true;
  }
}

function unnamedOf(part: PartialCapabilities) {
  return FOLLOWING_PARTS.filter((name) => part[name] === undefined);
}
