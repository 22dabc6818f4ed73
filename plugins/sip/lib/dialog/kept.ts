/**
 * What a dialog keeps of the message that made it.
 *
 * @module
 */

/** Routes of one dialog; a phone behind a proxy or two has as many. */
export const MOST_ROUTES = 8;

/** Characters of one address, route or name. */
const MOST_CHARACTERS = 512;

/** Whether a text is short enough: each request in the dialog repeats it, for as long as the dialog lasts. */
export function keepable(text: string): boolean {
  return text.length <= MOST_CHARACTERS;
}

/** The same text by itself: a piece of a longer one keeps all of that in memory, here the message that it came in. */
export function kept(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
