/**
 * Subscriptions of phones to what we know (RFC 6665, as notifier): message lamps and line lamps.
 *
 * @module
 */
export { dialogInfo, type LineState } from "./dialog_info.ts";
export { eventOf, type NamedEvent } from "./event.ts";
export { MESSAGE_SUMMARY, type Messages, messageSummary } from "./message_summary.ts";
export { PhoneSubscriptions } from "./phone_subscriptions.ts";
export type {
  EventPackage,
  NotifyBody,
  Subscriber,
  Subscription,
  SubscriptionBounds,
  Subscriptions,
} from "./subscription.ts";
