/**
 * Random tokens.
 *
 * @module
 */

/** Makes a token for branches, tags and Call-IDs. Nobody can guess it: who knows it is taken for a party of its transaction or dialog. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(12)).toHex();
}
