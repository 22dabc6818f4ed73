/**
 * What lights the message lamp of a phone (RFC 3842).
 *
 * @module
 */

/** The Content-Type of it. */
export const MESSAGE_SUMMARY = "application/simple-message-summary";

/** What waits for the phone's person. */
export interface Messages {
  /** Whether the lamp is lit. */
  waiting: boolean;
  /** The URI that the phone may dial to hear them. */
  account?: string;
}

/**
 * Writes the body of a NOTIFY for `message-summary`. Phones that look at the counts and not at the first line see one
 * new message.
 *
 * @throws {TypeError} If the account holds a line break.
 */
export function messageSummary({ waiting, account }: Messages): string {
  if (account !== undefined && /[\r\n\0]/.test(account)) {
    throw new TypeError(`Cannot put ${JSON.stringify(account)} into a message summary: it must be one line`);
  }
  return [
    `Messages-Waiting: ${waiting ? "yes" : "no"}`,
    ...(account === undefined ? [] : [`Message-Account: ${account}`]),
    `Voice-Message: ${waiting ? 1 : 0}/0 (0/0)`,
    "",
  ].join("\r\n");
}
