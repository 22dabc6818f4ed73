/**
 * The phones: drivers over SIP.
 *
 * @module
 */
export { type PhonesParts, SipPhones } from "./phones.ts";
