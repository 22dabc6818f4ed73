/**
 * Digits, as a phone's keypad names them.
 *
 * @module
 */

/** In the order of their event codes (RFC 4733 section 3.2). */
const DIGITS = "0123456789*#ABCD";
const MOST = 32;

/** The digit of an event code. @returns Nothing for events that are no digits. */
export function digitOf(code: number): string | undefined {
  return DIGITS[code];
}

/** The event code of a digit, 0…15. */
export function codeOf(digit: string): number {
  return DIGITS.indexOf(digit);
}

/** Checks digits that are to be sent. @throws {TypeError} If they are none, too many, or hold something else. */
export function checkDigits(digits: string): void {
  if (digits.length > 0 && digits.length <= MOST && /^[0-9*#A-D]+$/.test(digits)) return;
  throw new TypeError(
    `Cannot send ${JSON.stringify(digits.slice(0, 2 * MOST))} as digits: 1 to ${MOST} of 0-9, *, # and A-D are wanted`,
  );
}

/**
 * Reads the digit of an INFO: `application/dtmf-relay` (`Signal=5`), or `application/dtmf` (`5`). Some phones write the
 * code of * and # instead of the sign.
 *
 * @returns Nothing if there is none.
 */
export function digitOfInfo(body: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(body.subarray(0, 256));
  const signal = /^\s*(?:signal\s*=\s*)?([0-9*#a-d]|1[0-5])\s*(?:[\r\n]|$)/im.exec(text)?.[1]?.toUpperCase();
  return signal !== undefined && signal.length > 1 ? digitOf(Number(signal)) : signal;
}

/** Writes the body of an INFO that sends a digit, as `application/dtmf-relay`. */
export function infoOfDigit(digit: string): Uint8Array {
  return new TextEncoder().encode(`Signal=${digit}\r\nDuration=100\r\n`);
}
