/**
 * Dialogs (RFC 3261 12), and requests of ours inside of them and outside: what calls and subscriptions both need.
 *
 * @module
 */
export { type AgentParts, contact, refusesExtension, reply, userOf } from "./agent_parts.ts";
export { requireFits } from "./datagram_size.ts";
export { Dialog } from "./dialog.ts";
export { type DialogMatch, DialogTable, type DialogUser, type OtherSide } from "./dialog_table.ts";
export { exchange, type Exchanged, exchangeInside } from "./exchange.ts";
export { keepable, kept } from "./kept.ts";
export { type Caller, newRequest, type Outgoing } from "./outgoing.ts";
export { CallRefused, endsDialog, isSuccess, messageOf, type Refusal, refusalOf } from "./refusal.ts";
