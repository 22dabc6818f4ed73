/**
 * Calls (RFC 3261 13-15): those that we begin, as UAC, and those that phones begin, as UAS.
 *
 * @module
 */
export { type Call, CALL_METHODS, type CallEnd, type CallRequest, type CallState } from "./call.ts";
export { ACCEPT, type CallContext } from "./offer_answer.ts";
export { PhoneCall } from "./phone_call.ts";
export { placeCall } from "./uac.ts";
export { takeCall } from "./uas.ts";
