/**
 * The lamps of a phone: its message lamp, and a line lamp for each resource that it watches. What they show is kept
 * here, because a phone that is switched on again asks for it.
 *
 * @module
 */
import { type LampMode, PhoneError, SerialQueue, unlessAborted } from "switchroom/plugin";
import { RequestRefused } from "../lib/dialog/mod.ts";
import {
  dialogInfo,
  type EventPackage,
  type LineState,
  MESSAGE_SUMMARY,
  messageSummary,
  type NotifyBody,
  type Subscription,
  type Subscriptions,
} from "../lib/subscription/mod.ts";
import type { SipResponse } from "../lib/message/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import type { Binding } from "../registrar/mod.ts";
import { FIRST_LINE_LAMP, MESSAGE_LAMP } from "./capabilities.ts";
import type { Contacts, Question } from "./contacts.ts";
import { firstOf } from "./first_of.ts";
import { isSilence } from "./refusal.ts";

/** What lamps are made of. */
export interface LampOptions {
  user: string;
  realm: string;
  /** The resources that have a line lamp, in their order. */
  watched: readonly string[];
  contacts: Contacts;
  subscriptions: Pick<Subscriptions, "of" | "notify">;
  clock: Clock;
  /** Hears that a lamp shows something else. */
  changed(lamp: number): void;
}

/** What a watched line is said to do, so that its lamp shows a mode. */
const DIALOG_STATES: Partial<Record<LampMode, LineState["state"]>> = {
  off: "terminated",
  flash: "early",
  steady: "confirmed",
};

export class Lamps {
  readonly #options: LampOptions;
  readonly #modes = new Map<number, LampMode>();
  /** The message lamp is told of by requests and, when a contact is switched on again, without one. */
  readonly #messageLamp = new SerialQueue();
  /**
   * The registrations that have been told what the message lamp shows, by Call-ID: a phone keeps it until it is
   * switched off.
   */
  #boots: ReadonlySet<string> = new Set();

  constructor(options: LampOptions) {
    this.#options = options;
  }

  /** What a lamp shows, as far as the phone has been told; off until it has. */
  mode(lamp: number): LampMode {
    return this.#modes.get(lamp) ?? "off";
  }

  /** Every lamp with its mode. */
  get all(): { lamp: number; mode: LampMode }[] {
    const lamps = [MESSAGE_LAMP, ...this.#options.watched.map((_, index) => FIRST_LINE_LAMP + index)];
    return lamps.map((lamp) => ({ lamp, mode: this.mode(lamp) }));
  }

  /**
   * Sets a lamp; fulfilled when the phone has taken it.
   *
   * @throws {RequestRefused} What the phone says against it.
   * @throws {PhoneError} If it has not asked to be told.
   */
  async set({ lamp, mode }: { lamp: number; mode: LampMode }, signal: AbortSignal): Promise<void> {
    if (lamp === MESSAGE_LAMP) {
      await this.#messageLamp.run(async () => {
        await this.#setMessageLamp(mode, signal);
        this.#shows(lamp, mode);
      }, signal);
    } else {
      await this.#setLineLamp({ lamp, mode }, signal);
      this.#shows(lamp, mode);
    }
  }

  /**
   * Takes up that contacts have come or gone. A contact that was switched on again and does not subscribe is told once
   * more that messages wait; if it does not take that, and there is no other, the lamp is off.
   */
  async contactsChanged(): Promise<void> {
    const { bindings, reachable, link } = this.#options.contacts;
    const known = this.#boots;
    this.#boots = new Set(bindings.map(({ callId }) => callId));
    if (link.aborted || this.mode(MESSAGE_LAMP) === "off") return;
    const subscribed = new Set(this.#subscriptions("message-summary").map((one) => this.#options.contacts.of(one)));
    const unaware = reachable.filter((contact) => !known.has(contact.callId) && !subscribed.has(contact));
    if (unaware.length === 0) return;
    const questions = () => unaware.map((contact) => this.#unasked(contact, this.mode(MESSAGE_LAMP)));
    try {
      await this.#messageLamp.run(
        () => this.#options.contacts.ask(questions(), link),
        link,
      );
    } catch {
      if (!link.aborted && unaware.length === reachable.length) this.#shows(MESSAGE_LAMP, "off");
    }
  }

  /** What a subscription of this phone is told: what its lamp shows. */
  stateOf({ event, resource }: Pick<Subscription, "event" | "resource">): NotifyBody {
    if (event === "message-summary") return this.#summary(this.mode(MESSAGE_LAMP));
    const index = this.#options.watched.indexOf(resource);
    return this.#dialogInfo(resource, index < 0 ? "off" : this.mode(FIRST_LINE_LAMP + index));
  }

  #shows(lamp: number, mode: LampMode): void {
    if (this.mode(lamp) === mode) return;
    this.#modes.set(lamp, mode);
    this.#options.changed(lamp);
  }

  /** Tells every contact, in its subscriptions or without one, and whoever has subscribed from elsewhere. */
  async #setMessageLamp(mode: LampMode, signal: AbortSignal): Promise<void> {
    const { contacts } = this.#options;
    const subscriptions = Map.groupBy(this.#subscriptions("message-summary"), (one) => contacts.of(one));
    const questions = contacts.reachable.map((contact): Question => {
      const unasked = this.#unasked(contact, mode);
      const own = subscriptions.get(contact);
      return own ? { ...unasked, ask: (signal) => this.#inSubscription(own, { mode, unasked, signal }) } : unasked;
    });
    const elsewhere = subscriptions.get(undefined)?.map((one): Question => ({
      to: one.peer,
      ask: (signal) => this.#notify([one], { body: this.#summary(mode), signal }),
    }));
    await contacts.ask([...questions, ...elsewhere ?? []], signal);
  }

  async #inSubscription(
    subscriptions: readonly Subscription[],
    { mode, unasked, signal }: { mode: LampMode; unasked: Question; signal: AbortSignal },
  ): Promise<SipResponse> {
    try {
      return await this.#notify(subscriptions, { body: this.#summary(mode), signal });
    } catch (error) {
      if (isForgotten(error)) return await unasked.ask(signal);
      throw error;
    }
  }

  /** Tells a contact of the message lamp that has not subscribed to it. */
  #unasked(contact: Binding, mode: LampMode): Question {
    return this.#options.contacts.question(contact, {
      method: "NOTIFY",
      headers: [
        ["Event", "message-summary"],
        ["Subscription-State", "active"],
        ["Content-Type", MESSAGE_SUMMARY],
      ],
      body: new TextEncoder().encode(this.#summary(mode)),
    });
  }

  async #setLineLamp({ lamp, mode }: { lamp: number; mode: LampMode }, signal: AbortSignal): Promise<void> {
    const resource = this.#options.watched[lamp - FIRST_LINE_LAMP] ?? "";
    const subscriptions = this.#subscriptions("dialog", resource);
    if (subscriptions.length === 0) {
      throw new PhoneError(
        "INVALPHONESTATE",
        `Cannot set lamp ${lamp}: the phone has not subscribed to the dialogs of sip:${resource}@${this.#options.realm}; give it a key that watches that`,
      );
    }
    await this.#notify(subscriptions, { body: this.#dialogInfo(resource, mode), signal });
  }

  /** Tells every subscription, and is content with the first that takes it. */
  async #notify(
    subscriptions: readonly Subscription[],
    { body, signal }: { body: NotifyBody; signal: AbortSignal },
  ): Promise<SipResponse> {
    const notified = subscriptions.map(async (subscription) => {
      const response = await this.#options.subscriptions.notify(subscription, { body });
      if (response.status >= 300) throw new RequestRefused(response);
      return response;
    });
    return await unlessAborted(firstOf(notified, { clock: this.#options.clock }), signal);
  }

  #subscriptions(event: EventPackage, resource?: string): Subscription[] {
    return this.#options.subscriptions.of(this.#options.user, { event, ...resource !== undefined && { resource } });
  }

  #summary(mode: LampMode): string {
    const { user, realm } = this.#options;
    return messageSummary({ waiting: mode !== "off", account: `sip:${user}@${realm}` });
  }

  #dialogInfo(resource: string, mode: LampMode): NotifyBody {
    const entity = `sip:${resource}@${this.#options.realm}`;
    return (version) => dialogInfo({ entity, version, state: DIALOG_STATES[mode] ?? "terminated" });
  }
}

/**
 * Whether a contact knows nothing of its subscription any more: it was switched on again, or its connection is gone.
 */
function isForgotten(error: unknown): boolean {
  return error instanceof RequestRefused && (error.status === 481 || (error.status === 503 && isSilence(error)));
}
