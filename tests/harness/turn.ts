/**
 * The next turn of the event loop.
 *
 * @module
 */

/** Resolves with the next turn: by then all is done that has been promised and waits for nothing else. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
