/**
 * What a piece of a header is made of (RFC 3261 25.1): tokens, lists, blanks and quotes.
 *
 * @module
 */

const TOKEN = /^[\w\-.!%*+`'~]+$/;

/** Whether all of a text is one token. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Splits a list at the commas that are neither in a quoted string nor between `<` and `>`. */
export function splitList(text: string): string[] {
  if (text === "") return [];
  const values: string[] = [];
  let from = 0;
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === "\\") at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') {
      quoted = !bracketed;
    } else if (character === "<") {
      bracketed = true;
    } else if (character === ">") {
      bracketed = false;
    } else if (character === "," && !bracketed) {
      values.push(text.slice(from, at));
      from = at + 1;
    }
  }
  values.push(text.slice(from));
  return values.map(trimBlanks);
}

/** Takes the blanks off both ends; other than `trim`, only those that SIP calls so, and never in quadratic time. */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text[from])) from++;
  while (from < to && isBlank(text[to - 1])) to--;
  return text.slice(from, to);
}

/** Whether a character is one that SIP calls a blank. */
export function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

/** Puts a text between quotes. */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\\0]/g, "\\$&")}"`;
}

/** Takes quotes and their escapes off, if there are any. */
export function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : text;
}

/**
 * Makes a token for branches, tags and Call-IDs. Nobody can guess it: who knows it is taken for a party of its
 * transaction or dialog.
 */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(12)).toHex();
}

/** The same text by itself: a piece of a longer one keeps all of that in memory, such as the message that it came in. */
export function kept(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
