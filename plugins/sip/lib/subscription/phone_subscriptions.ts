/**
 * All subscriptions of phones (RFC 6665, as notifier).
 *
 * @module
 */
import { type AgentContext, Dialog, refusesAtOnce, reply, RequestRefused } from "../dialog/mod.ts";
import {
  accepts,
  kept,
  MalformedMessage,
  newToken,
  parseUri,
  plainUser,
  type SipRequest,
  type SipResponse,
} from "../message/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import { type Peer, peerText } from "../transport/mod.ts";
import { eventOf } from "./event.ts";
import { BODY_TYPES } from "./notifier.ts";
import { PhoneSubscription, readExpiry } from "./phone_subscription.ts";
import type {
  EventPackage,
  NotifyBody,
  Subscriber,
  Subscription,
  SubscriptionBounds,
  Subscriptions,
} from "./subscription.ts";

const EVENTS: readonly EventPackage[] = ["message-summary", "dialog"];

/** Holds subscriptions within their bounds. */
export class PhoneSubscriptions implements Subscriptions {
  readonly #agent: AgentContext;
  readonly #bounds: SubscriptionBounds;
  /** The newest last. */
  readonly #held = new Set<PhoneSubscription>();
  #closed = false;

  /** @param agent What it shares with calls. */
  constructor(agent: AgentContext, bounds: SubscriptionBounds) {
    this.#agent = agent;
    this.#bounds = bounds;
  }

  subscribe(transaction: ServerTransaction, { subscriber, credentials, currentPeer, stateOf }: Subscriber): void {
    const agent = this.#agent;
    const { request, from: peer } = transaction;
    const bounds = this.#bounds;
    const named = eventOf(request);
    const event = EVENTS.find((event) => event === named?.package);
    if (refusesAtOnce(agent, transaction)) return;
    if (!event) return reply(agent, { transaction, status: 489, headers: [["Allow-Events", EVENTS.join(", ")]] });
    if (!accepts(request.headers, BODY_TYPES[event])) {
      return reply(agent, { transaction, status: 406, headers: [["Accept", BODY_TYPES[event]]] });
    }
    const asked = readExpiry(request, bounds);
    if ("status" in asked) return reply(agent, { transaction, ...asked });
    const uri = parseUri(request.uri);
    const resource = kept(plainUser(uri) ?? "");
    const isFull = this.#closed || !this.#evict({ subscriber, event, resource }) || this.#held.size >= bounds.most;
    if (isFull) return reply(agent, { transaction, status: 503 });
    const dialog = dialogOf(request, { peer, currentPeer });
    if (dialog instanceof MalformedMessage) {
      agent.log(`Refused SUBSCRIBE of ${peerText(peer)}: ${dialog.status} ${dialog.reason}`);
      return reply(agent, { transaction, status: dialog.status, reason: dialog.reason });
    }
    const subscription = new PhoneSubscription({
      agent,
      dialog,
      event,
      named,
      eventHeader: kept(request.headers.get("Event") ?? ""),
      subscriber,
      resource,
      user: uri.user === undefined ? undefined : kept(uri.user),
      credentials,
      stateOf,
      expiry: bounds,
      onEnd: (subscription) => this.#held.delete(subscription),
    });
    // A phone that has lost its dialog begins anew where it is: it must not be told twice.
    if (asked.seconds > 0) this.#of(subscriber).find((held) => held.isRenewedBy(subscription))?.end("unreachable");
    this.#held.add(subscription);
    subscription.take(transaction, asked.seconds);
  }

  of(subscriber: string, { event, resource }: { event?: EventPackage; resource?: string } = {}): Subscription[] {
    return this.#of(subscriber).filter((subscription) =>
      subscription.active &&
      (event === undefined || subscription.event === event) &&
      (resource === undefined || subscription.resource === resource)
    );
  }

  async notify(subscription: Subscription, { body }: { body: NotifyBody }): Promise<SipResponse> {
    for (const held of this.#held) if (held === subscription && held.active) return await held.notify(body);
    throw new RequestRefused({ status: 481, reason: "Subscription Does Not Exist: it has ended" });
  }

  drop(subscriber: string): void {
    for (const subscription of this.#of(subscriber)) void subscription.end("unreachable");
  }

  /** Ends all; fulfilled when the phones have been told, or cannot be. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#held].map((subscription) => subscription.end("closed")));
  }

  #of(subscriber: string): PhoneSubscription[] {
    return [...this.#held].filter((subscription) => subscription.subscriber === subscriber);
  }

  /**
   * A phone that was restarted has forgotten what it subscribed to: such a one, the oldest of its kind, goes first, and
   * without a word. Those that have ended, but whose last NOTIFY is not answered, make no room.
   *
   * @returns Whether there is room now.
   */
  #evict({ subscriber, event, resource }: Pick<Subscription, "subscriber" | "event" | "resource">): boolean {
    const { mostOfOne } = this.#bounds;
    if (this.#of(subscriber).length < mostOfOne) return true;
    const active = this.#of(subscriber).filter((subscription) => subscription.active);
    const alike = active.find((subscription) => subscription.event === event && subscription.resource === resource);
    void (alike ?? active[0])?.end("unreachable");
    return this.#of(subscriber).length < mostOfOne;
  }
}

function dialogOf(
  request: SipRequest,
  met: { peer: Peer; currentPeer: Subscriber["currentPeer"] },
): Dialog | MalformedMessage {
  try {
    return Dialog.ofRequest(request, { localTag: newToken(), ...met });
  } catch (error) {
    if (error instanceof MalformedMessage) return error;
    throw error;
  }
}
