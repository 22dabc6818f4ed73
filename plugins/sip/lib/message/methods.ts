/**
 * What can be asked in SIP at all.
 *
 * @module
 */

/** The methods that RFCs define. */
const KNOWN: readonly string[] = [
  ...["ACK", "BYE", "CANCEL", "INFO", "INVITE", "MESSAGE", "NOTIFY", "OPTIONS"],
  ...["PRACK", "PUBLISH", "REFER", "REGISTER", "SUBSCRIBE", "UPDATE"],
];

/** The status for a method that is not for here: 405, or 501 for one that nobody knows (RFC 3261 8.2.1, 21.5.2). */
export function methodRefusal(method: string): 405 | 501 {
  return KNOWN.includes(method) ? 405 : 501;
}
