/**
 * What lights a line lamp of a phone (RFC 4235).
 *
 * @module
 */

/** The Content-Type of it. */
export const DIALOG_INFO = "application/dialog-info+xml";

/** What a phone is told of a line. */
export interface LineState {
  /** The URI of the line. */
  entity: string;
  /** Rises by one with each NOTIFY of a subscription; a phone drops what is older than what it knows (4.1). */
  version: number;
  /** Free, ringing or in a call: phones show them by a lamp that is off, flashes, is lit. */
  state: "terminated" | "early" | "confirmed";
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
/** What XML 1.0 cannot hold even escaped, and the rest of the control characters, which no URI has. */
const NOT_XML = /[\p{Cc}\ufffe\uffff]/u;

/**
 * Writes the body of a NOTIFY for `dialog`.
 *
 * @throws {TypeError} If the entity holds what XML cannot.
 */
export function dialogInfo({ entity, version, state }: LineState): string {
  if (NOT_XML.test(entity) || !entity.isWellFormed()) {
    throw new TypeError(`Cannot put ${JSON.stringify(entity)} into a dialog-info document: XML has no such characters`);
  }
  const line = escape(entity);
  return '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${line}">\n` +
    `  <dialog id="1" direction="recipient">\n    <state>${state}</state>\n  </dialog>\n` +
    "</dialog-info>\n";
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
