/**
 * Dialogs: calls and subscriptions (RFC 3261 12-15, RFC 6665).
 *
 * @module
 */
export type { Credentials } from "../digest/mod.ts";
export type { DialogMatch, Outgoing, OutgoingRequest, UserAgent, UserAgentLimits, UserAgentOptions } from "./agent.ts";
export { CALL_METHODS } from "./agent_parts.ts";
export { type Call, type CallEnd, CallRefused, type CallRequest, type CallState } from "./call.ts";
export { dialogInfo, type LineState } from "./dialog_info.ts";
export { MESSAGE_SUMMARY, type Messages, messageSummary } from "./message_summary.ts";
export type {
  NotifyBody,
  Subscription,
  SubscriptionEvent,
  SubscriptionLimits,
  Subscriptions,
  SubscriptionsOptions,
} from "./subscription.ts";
export { createUserAgent } from "./user_agent.ts";
