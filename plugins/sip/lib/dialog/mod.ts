/**
 * Dialogs (RFC 3261 12), and requests of ours inside of them and outside: what calls and subscriptions both need.
 *
 * @module
 */
export { type AgentContext, contact, refreshTarget, refusesAtOnce, reply } from "./agent_context.ts";
export { Dialog, type DialogFlaw } from "./dialog.ts";
export { type DialogMatch, DialogTable, type DialogUsage, type OtherSide } from "./dialog_table.ts";
export { answerOf, exchange, type Exchanged, exchangeInside, requireFits } from "./exchange.ts";
export { type Caller, newRequest, type Outgoing } from "./outgoing.ts";
export { endsDialog, isSuccess, messageOf, type Refusal, refusalOf, RequestRefused, unconfirmedBy } from "./refusal.ts";
