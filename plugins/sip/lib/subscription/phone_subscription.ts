/**
 * One subscription of a phone, and its dialog (RFC 6665 section 4.2).
 *
 * @module
 */
import {
  type DialogUsage,
  messageOf,
  type OtherSide,
  refreshTarget,
  refusesAtOnce,
  reply,
  RequestRefused,
} from "../dialog/mod.ts";
import { type Header, methodRefusal, parseUri, sameUri, type SipRequest, type SipResponse } from "../message/mod.ts";
import { SerialQueue } from "../tools/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import type { Peer } from "../transport/mod.ts";
import { eventOf, type NamedEvent, sameEvent } from "./event.ts";
import { Notifier, type NotifierOptions } from "./notifier.ts";
import type { EventPackage, NotifyBody, Subscription } from "./subscription.ts";

/** What a subscription is made of. */
export interface PhoneSubscriptionOptions extends NotifierOptions {
  subscriber: string;
  /** What was subscribed to. */
  named: NamedEvent | undefined;
  resource: string;
  expiry: { leastSeconds: number; mostSeconds: number };
  stateOf(subscription: Subscription): NotifyBody;
  /** Told once, when nothing is under way for it any more: until then it costs what an active one does. */
  onEnd(subscription: PhoneSubscription): void;
}

/** Why a subscription is over. */
export type SubscriptionEndReason = "unsubscribed" | "timeout" | "refused" | "unreachable" | "closed";

/** How a subscription ends that the phone does not end: what Subscription-State says. */
const TERMINATED: Readonly<Partial<Record<SubscriptionEndReason, string>>> = {
  unsubscribed: "terminated;reason=timeout",
  timeout: "terminated;reason=timeout",
  closed: "terminated;reason=deactivated",
};

/** Answers that mean that the phone knows nothing of the subscription any more (RFC 6665 4.2.2, RFC 5057 5.1). */
const ENDING: readonly number[] = [404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604];

/** What RFC 3842 3.4 and RFC 4235 3.4 give when nothing is asked: an hour. */
const USUAL_SECONDS = 3600;

/** Reads how long a SUBSCRIBE asks for; 0 ends. What nobody understands is the usual (RFC 3261 20.10). */
export function readExpiry(
  { headers }: SipRequest,
  { leastSeconds, mostSeconds }: { leastSeconds: number; mostSeconds: number },
): { seconds: number } | { status: 423; headers: Header[] } {
  const asked = headers.get("Expires") ?? "";
  const seconds = /^\d{1,10}$/.test(asked) ? Number(asked) : USUAL_SECONDS;
  if (seconds > 0 && seconds < leastSeconds) return { status: 423, headers: [["Min-Expires", `${leastSeconds}`]] };
  return { seconds: Math.min(seconds, mostSeconds) };
}

/** One subscription. It is told the present state at once and after each refresh; it ends once. */
export class PhoneSubscription implements Subscription, DialogUsage {
  readonly event: EventPackage;
  readonly subscriber: string;
  readonly resource: string;
  readonly #options: PhoneSubscriptionOptions;
  readonly #notifier: Notifier;
  readonly #queue = new SerialQueue();
  readonly #over = new AbortController();
  #expiresAt = 0;
  #cancelExpiry: (() => void) | undefined;
  /**
   * Whether a NOTIFY of the present state waits in the queue: it will say what is true then, to every refresh before
   * it.
   */
  #presentWaits = false;

  constructor(options: PhoneSubscriptionOptions) {
    this.event = options.event;
    this.subscriber = options.subscriber;
    this.resource = options.resource;
    this.#options = options;
    this.#notifier = new Notifier(options);
    options.agent.dialogs.set(options.dialog, this);
  }

  get active(): boolean {
    return !this.#over.signal.aborted;
  }

  get peer(): Peer {
    return this.#options.dialog.peer;
  }

  get target(): string {
    return this.#options.dialog.target;
  }

  get other(): OtherSide {
    return this.#options.dialog.other;
  }

  /** Whether another is of the same phone, at the same contact, to the same: the one that the phone goes on with. */
  isRenewedBy(other: PhoneSubscription): boolean {
    return this.active && this.resource === other.resource &&
      sameEvent(this.#options.named, other.#options.named) && sameUri(parseUri(this.target), parseUri(other.target));
  }

  /** Answers the SUBSCRIBE that began it, or refreshes or ends it. */
  take(transaction: ServerTransaction, seconds: number): void {
    const { agent, dialog } = this.#options;
    const headers: Header[] = [["Expires", `${seconds}`], this.#notifier.contact];
    reply(agent, { transaction, status: 200, toTag: dialog.localTag, headers });
    if (seconds === 0) return void this.end("unsubscribed");
    this.#expireAfter(seconds);
    this.#notifyPresent();
  }

  /** Sends a NOTIFY after those under way. */
  notify(body: NotifyBody): Promise<SipResponse> {
    const { signal } = this.#over;
    return this.#queue.add(async () => {
      signal.throwIfAborted();
      const left = Math.max(0, Math.ceil((this.#expiresAt - this.#options.agent.clock.now()) / 1000));
      const written = this.#notifier.write(body);
      try {
        const response = await this.#notifier.send(written, { state: `active;expires=${left}`, signal });
        if (ENDING.includes(response.status) && !response.headers.has("Retry-After")) void this.end("refused");
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
    this.#stop();
    const state = TERMINATED[reason];
    if (state === undefined) return this.#options.onEnd(this);
    try {
      await this.#queue.add(() => {
        const body = this.#notifier.write((version) => this.#present(version));
        return this.#notifier.send(body, { state });
      });
    } catch (error) {
      this.#options.agent.log(`Could not tell a phone that its subscription has ended: ${messageOf(error)}`);
    } finally {
      this.#options.onEnd(this);
    }
  }

  receive(transaction: ServerTransaction): void {
    const { agent, dialog, expiry, named } = this.#options;
    const { request } = transaction;
    if (!dialog.takes(request)) return reply(agent, { transaction, status: 500 });
    if (refusesAtOnce(agent, transaction)) return;
    if (request.method !== "SUBSCRIBE") {
      return reply(agent, { transaction, status: methodRefusal(request.method), headers: [["Allow", "SUBSCRIBE"]] });
    }
    if (!sameEvent(eventOf(request), named)) return reply(agent, { transaction, status: 481 });
    const asked = readExpiry(request, expiry);
    if ("status" in asked) return reply(agent, { transaction, ...asked });
    refreshTarget(agent, { dialog, message: request, from: transaction.from });
    this.take(transaction, asked.seconds);
  }

  /** One waits at most: a phone that answers slowly could else have any number queue up for it by refreshing. */
  #notifyPresent(): void {
    if (this.#presentWaits) return;
    this.#presentWaits = true;
    const body = (version: number) => {
      this.#presentWaits = false;
      return this.#present(version);
    };
    this.notify(body).catch((error) => {
      this.#options.agent.log(`Could not notify a phone of what it subscribed to: ${messageOf(error)}`);
    });
  }

  #present(version: number): string {
    const body = this.#options.stateOf(this);
    return typeof body === "string" ? body : body(version);
  }

  #expireAfter(seconds: number): void {
    const { clock } = this.#options.agent;
    this.#cancelExpiry?.();
    this.#expiresAt = clock.now() + seconds * 1000;
    this.#cancelExpiry = clock.after(seconds * 1000, () => void this.end("timeout"));
  }

  /** From now on it is not active; a NOTIFY under way is abandoned. */
  #stop(): void {
    this.#over.abort(new RequestRefused({ status: 481, reason: "Subscription Does Not Exist: it has ended" }));
    this.#cancelExpiry?.();
    this.#options.agent.dialogs.delete(this.#options.dialog);
  }
}
