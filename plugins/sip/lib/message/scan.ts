/**
 * Reading the pieces that SIP's headers are made of (RFC 3261 25.1), each in one pass from left to right.
 *
 * @module
 */
import { MalformedMessage } from "./message.ts";
import { isBlank } from "./text.ts";

const TOKEN_HERE = /[\w\-.!%*+`'~]+/y;

/** A place in a text that moves to its end. */
export class Scanner {
  /** What the text is, as a refusal calls it. */
  readonly what: string;
  readonly #text: string;
  #at = 0;

  /**
   * @param text What is read.
   * @param what What it is, as a refusal shall call it.
   */
  constructor(text: string, what: string) {
    this.#text = text;
    this.what = what;
  }

  /** Whether nothing is left. */
  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The character here; empty at the end. */
  get next(): string {
    return this.#text[this.#at] ?? "";
  }

  /** Goes over blanks. */
  space(): void {
    while (isBlank(this.next)) this.#at++;
  }

  /** Goes over a character, and the blanks around it, if it is here. */
  take(character: string): boolean {
    this.space();
    if (this.next !== character) return false;
    this.#at++;
    this.space();
    return true;
  }

  /** Goes over a character that must be here. */
  expect(character: string): void {
    if (!this.take(character)) throw this.refuse(`${JSON.stringify(character)} is missing`);
  }

  /** Reads a token. */
  token(): string {
    TOKEN_HERE.lastIndex = this.#at;
    const token = TOKEN_HERE.exec(this.#text)?.[0];
    if (token === undefined) throw this.refuse("a token is missing");
    this.#at += token.length;
    return token;
  }

  /** Reads a quoted string and takes its quotes and escapes off. */
  quoted(): string {
    let value = "";
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at];
      if (character === '"') {
        this.#at = at + 1;
        return value;
      }
      if (character === "\\") at++;
      value += this.#text[at] ?? "";
    }
    throw this.refuse("a quoted string has no end");
  }

  /** Reads a quoted string with its quotes and escapes. */
  quotedAsWritten(): string {
    const from = this.#at;
    this.quoted();
    return this.#text.slice(from, this.#at);
  }

  /** Reads up to one of these characters, or to the end. */
  until(characters: string): string {
    const from = this.#at;
    while (!this.done && !characters.includes(this.next)) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  /** The refusal of the whole text. */
  refuse(why: string): MalformedMessage {
    return new MalformedMessage(400, `${this.what} ${why}`);
  }
}
