/**
 * Subscriptions of phones to what we know (RFC 6665), as their holder sees them.
 *
 * @module
 */
import type { Caller } from "../dialog/mod.ts";
import type { SipResponse } from "../message/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import type { Peer } from "../transport/mod.ts";

/** The event packages that we notify: the message lamp (RFC 3842) and line lamps (RFC 4235). */
export type EventPackage = "message-summary" | "dialog";

/** A body of a NOTIFY, or what makes it of the version that it will have (RFC 4235: rises by one with each, from 0). */
export type NotifyBody = string | ((version: number) => string);

/** One subscription of one phone. */
export interface Subscription {
  /** What it is told of. */
  readonly event: EventPackage;
  /** Who subscribed: what `subscribe` was given. */
  readonly subscriber: string;
  /** User part of what was subscribed to (of the request URI): the account itself, or a watched resource. */
  readonly resource: string;
  /** Where it is notified. */
  readonly peer: Peer;
  /** What its subscriber calls itself: the URI of its Contact. */
  readonly target: string;
  /** Whether it can be notified. */
  readonly active: boolean;
}

/** Who subscribes, and to what. */
export interface Subscriber extends Caller {
  /** Names it. */
  subscriber: string;
  /** What the NOTIFY after each SUBSCRIBE says: the present state. */
  stateOf(subscription: Subscription): NotifyBody;
}

/** Bounds of subscriptions. */
export interface SubscriptionBounds {
  /** In all. */
  most: number;
  /** Of one subscriber. The oldest makes room: a phone that was restarted forgets to end its own. */
  mostOfOne: number;
  /** The shortest that is taken, seconds; what asks for less gets 423. */
  leastSeconds: number;
  /** The longest that is given, seconds. */
  mostSeconds: number;
}

/** Takes subscriptions and notifies them. */
export interface Subscriptions {
  /**
   * Takes a SUBSCRIBE outside of any dialog: 200 and a NOTIFY at once, or 400, 423, 489, 503. One with Expires 0 gets
   * its one NOTIFY. Refreshes come by {@link UserAgent.receive}.
   */
  subscribe(transaction: ServerTransaction, subscriber: Subscriber): void;
  /** The active ones of a subscriber, the newest last; of one event and resource where they are given. */
  of(subscriber: string, options?: { event?: EventPackage; resource?: string }): Subscription[];
  /**
   * Sends a NOTIFY, after those that are under way, and gives its final answer whatever its status. 481, 408 and a
   * broken transport end the subscription, as does what RFC 6665 4.2.2 names.
   *
   * @throws RequestRefused (rejected) when it is over, 408 or 503 when no answer came.
   */
  notify(subscription: Subscription, options: { body: NotifyBody }): Promise<SipResponse>;
  /** Ends those of one subscriber without a word: a phone that has unregistered. */
  drop(subscriber: string): void;
}
