/**
 * One subscription of a phone, and its dialog (RFC 6665 section 4.2).
 *
 * @module
 */
import type { Credentials } from "../digest/mod.ts";
import type { Header, SipResponse } from "../message/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import { type AgentParts, contact, isSuccess, messageOf, refusesExtension, reply } from "./agent_parts.ts";
import { CallRefused } from "./call.ts";
import type { Dialog } from "./dialog.ts";
import type { DialogUser, OtherSide } from "./dialog_table.ts";
import { DIALOG_INFO } from "./dialog_info.ts";
import { MESSAGE_SUMMARY } from "./message_summary.ts";
import { Serial } from "./serial.ts";
import { exchangeInside } from "./session_parts.ts";
import type { NotifyBody, Subscription, SubscriptionEndReason, SubscriptionEvent } from "./subscription.ts";
import { readExpiry } from "./subscription_expiry.ts";

/** What the packages that we notify write. */
export const BODY_TYPES: Readonly<Record<SubscriptionEvent, string>> = {
  "message-summary": MESSAGE_SUMMARY,
  dialog: DIALOG_INFO,
};

/** What a subscription is made of. */
export interface PhoneSubscriptionParts {
  agent: AgentParts;
  dialog: Dialog;
  event: SubscriptionEvent;
  /** The Event header: the package, and the id that a NOTIFY repeats. */
  eventHeader: string;
  subscriber: string;
  resource: string;
  credentials: Credentials | undefined;
  expiry: { leastSeconds: number; mostSeconds: number };
  stateOf(subscription: Subscription): NotifyBody;
  /** Told when it has begun (its first NOTIFY was answered 2xx), and when such a one has ended. */
  onChange(subscription: Subscription, change: "began" | SubscriptionEndReason): void;
  /** Told once, when nothing is under way for it any more: until then it costs what an active one does. */
  onOver(subscription: PhoneSubscription): void;
}

/** How a subscription ends that the phone does not end: what Subscription-State says. */
const TERMINATED: Readonly<Partial<Record<SubscriptionEndReason, string>>> = {
  unsubscribed: "terminated;reason=timeout",
  timeout: "terminated;reason=timeout",
  closed: "terminated;reason=deactivated",
};
/** Answers that mean that the phone knows nothing of the subscription any more (RFC 6665 4.2.2, RFC 5057 5.1). */
const ENDING: readonly number[] = [404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604];

/** One subscription. It is told the present state at once and after each refresh; it ends once. */
export class PhoneSubscription implements Subscription, DialogUser {
  readonly event: SubscriptionEvent;
  readonly subscriber: string;
  readonly resource: string;
  readonly #parts: PhoneSubscriptionParts;
  readonly #turns = new Serial();
  readonly #over = new AbortController();
  #begun = false;
  #version = 0;
  #expiresAt = 0;
  #cancelExpiry: (() => void) | undefined;

  /** @param parts What it is made of. */
  constructor(parts: PhoneSubscriptionParts) {
    this.event = parts.event;
    this.subscriber = parts.subscriber;
    this.resource = parts.resource;
    this.#parts = parts;
    parts.agent.dialogs.set(parts.dialog, this);
  }

  get active(): boolean {
    return !this.#over.signal.aborted;
  }

  get other(): OtherSide {
    return this.#parts.dialog.other;
  }

  /** Answers the SUBSCRIBE that began it, or refreshes or ends it. */
  take(transaction: ServerTransaction, seconds: number): void {
    const { agent, dialog } = this.#parts;
    const headers: Header[] = [["Expires", `${seconds}`], this.#contact];
    reply(agent, { transaction, status: 200, toTag: dialog.localTag, headers });
    if (seconds === 0) return void this.end("unsubscribed");
    this.#expireAfter(seconds);
    this.notify((version) => this.#present(version)).catch((error) => {
      agent.log(`Could not notify a phone of what it subscribed to: ${messageOf(error)}`);
    });
  }

  /** Sends a NOTIFY after those under way. */
  notify(body: NotifyBody): Promise<SipResponse> {
    const { signal } = this.#over;
    return this.#turns.run(async () => {
      signal.throwIfAborted();
      const left = Math.max(0, Math.ceil((this.#expiresAt - this.#parts.agent.clock.now()) / 1000));
      const written = this.#write(body);
      try {
        const response = await this.#send(written, { state: `active;expires=${left}`, signal });
        if (ENDING.includes(response.status) && !response.headers.has("Retry-After")) void this.end("refused");
        else if (isSuccess(response)) this.#begin();
        return response;
      } catch (error) {
        void this.end("unreachable");
        throw error;
      }
    });
  }

  /** Ends it; the phone is told so, if it can be. Fulfilled when it has answered, or will not. */
  async end(reason: SubscriptionEndReason): Promise<void> {
    if (!this.active) return;
    this.#stop(reason);
    const state = TERMINATED[reason];
    if (state === undefined) return this.#parts.onOver(this);
    try {
      await this.#turns.run(() => this.#send(this.#write((version) => this.#present(version)), { state }));
    } catch (error) {
      this.#parts.agent.log(`Could not tell a phone that its subscription has ended: ${messageOf(error)}`);
    } finally {
      this.#parts.onOver(this);
    }
  }

  receive(transaction: ServerTransaction): void {
    const { agent, dialog, expiry, eventHeader } = this.#parts;
    const { request } = transaction;
    if (!dialog.takes(request)) return reply(agent, { transaction, status: 500 });
    if (refusesExtension(agent, transaction)) return;
    if (request.method !== "SUBSCRIBE") {
      return reply(agent, { transaction, status: 405, headers: [["Allow", "SUBSCRIBE"]] });
    }
    if (request.headers.get("Event") !== eventHeader) return reply(agent, { transaction, status: 481 });
    const asked = readExpiry(request, expiry);
    if ("status" in asked) return reply(agent, { transaction, ...asked });
    dialog.refresh(request, transaction.from);
    this.take(transaction, asked.seconds);
  }

  get #contact(): Header {
    const { agent, dialog, resource } = this.#parts;
    return contact(agent, { peer: dialog.peer, user: resource });
  }

  #present(version: number): string {
    const body = this.#parts.stateOf(this);
    return typeof body === "string" ? body : body(version);
  }

  #write(body: NotifyBody): string {
    return typeof body === "string" ? body : body(this.#version++);
  }

  async #send(body: string, { state, signal }: { state: string; signal?: AbortSignal }): Promise<SipResponse> {
    const { response } = await exchangeInside(this.#parts, {
      method: "NOTIFY",
      headers: [
        this.#contact,
        ["Event", this.#parts.eventHeader],
        ["Subscription-State", state],
        ["Content-Type", BODY_TYPES[this.event]],
      ],
      body: new TextEncoder().encode(body),
      ...(signal ? { signal } : {}),
    });
    return response;
  }

  #begin(): void {
    if (this.#begun || !this.active) return;
    this.#begun = true;
    this.#parts.onChange(this, "began");
  }

  #expireAfter(seconds: number): void {
    const { clock } = this.#parts.agent;
    this.#cancelExpiry?.();
    this.#expiresAt = clock.now() + seconds * 1000;
    this.#cancelExpiry = clock.after(seconds * 1000, () => void this.end("timeout"));
  }

  /** From now on it is not active; a NOTIFY under way is abandoned. */
  #stop(reason: SubscriptionEndReason): void {
    this.#over.abort(new CallRefused({ status: 481, reason: "Subscription Does Not Exist: it has ended" }));
    this.#cancelExpiry?.();
    this.#parts.agent.dialogs.delete(this.#parts.dialog);
    if (this.#begun) this.#parts.onChange(this, reason);
  }
}
