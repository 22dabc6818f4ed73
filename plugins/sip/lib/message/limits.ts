/**
 * How much a message may be.
 *
 * @module
 */

/** What is read at most; whatever is longer is refused with 513. */
export interface MessageLimits {
  /** Bytes of the whole message. */
  mostBytes: number;
  /** Header lines, after unfolding. */
  mostHeaders: number;
  /** Characters of the start line or of one header, after unfolding. */
  mostLine: number;
}

/** The limits where none are given; a datagram cannot be longer anyway. */
export const MESSAGE_LIMITS: Readonly<MessageLimits> = { mostBytes: 65_535, mostHeaders: 128, mostLine: 8_192 };
