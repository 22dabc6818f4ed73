/**
 * The phones: drivers over SIP.
 *
 * @module
 */
export { type PhonesOptions, SipPhones } from "./phones.ts";
