/**
 * The headers of a message, in their order.
 *
 * @module
 */
import { headerKey, headerName, isListHeader } from "./header_names.ts";
import { isToken, splitList, trimBlanks } from "./text.ts";

/** NUL may only stand behind a backslash: RFC 3261 lets a quoted string escape it. */
const FORBIDDEN = /[\r\n]|(?<!\\)\0/;

/** One header. */
export type Header = readonly [name: string, value: string];

interface Entry {
  key: string;
  name: string;
  value: string;
}

/**
 * Ordered headers whose names are compared as RFC 3261 7.3.1 says: in any case, compact forms the same as long ones.
 *
 * A value with a line break or NUL is refused wherever it comes from, so that none can put a header of its own into a
 * message.
 */
export class SipHeaders implements Iterable<[name: string, value: string]> {
  readonly #entries: Entry[] = [];

  /**
   * @param entries Names with their values, in order.
   * @throws {TypeError} If a name is not a token, or a value holds CR, LF or NUL.
   */
  constructor(entries: Iterable<Header> = []) {
    for (const [name, value] of entries) this.add(name, value);
  }

  /** How many lines there are. */
  get size(): number {
    return this.#entries.length;
  }

  /** The value of the first line of this name, whole even if it is a list. */
  get(name: string): string | undefined {
    const key = headerKey(name);
    return this.#entries.find((entry) => entry.key === key)?.value;
  }

  /** Every value of this name in order; lines of list headers are split at their commas. */
  all(name: string): string[] {
    const key = headerKey(name);
    const values = this.#entries.filter((entry) => entry.key === key).map((entry) => entry.value);
    return isListHeader(key) ? values.flatMap(splitList) : values;
  }

  /** Whether there is a line of this name. */
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /**
   * Puts one line in the place of all of this name; at the end, if there was none.
   *
   * @throws {TypeError} As the constructor does.
   */
  set(name: string, value: string): void {
    const entry = newEntry(name, value);
    const place = this.#entries.findIndex(({ key }) => key === entry.key);
    if (place < 0) {
      this.#entries.push(entry);
      return;
    }
    this.delete(name);
    this.#entries.splice(place, 0, entry);
  }

  /** Puts a line at the end. @throws {TypeError} As the constructor does. */
  add(name: string, value: string): void {
    this.#entries.push(newEntry(name, value));
  }

  /**
   * Puts a line before the first of its name; before all lines, if there was none.
   *
   * @throws {TypeError} As the constructor does.
   */
  prepend(name: string, value: string): void {
    const entry = newEntry(name, value);
    const place = this.#entries.findIndex(({ key }) => key === entry.key);
    this.#entries.splice(Math.max(place, 0), 0, entry);
  }

  /** Takes out every line of this name. @returns Whether there was one. */
  delete(name: string): boolean {
    const key = headerKey(name);
    const kept = this.#entries.filter((entry) => entry.key !== key);
    const found = kept.length < this.#entries.length;
    if (found) this.#entries.splice(0, Infinity, ...kept);
    return found;
  }

  /** The same headers, to be changed apart from these. */
  clone(): SipHeaders {
    return new SipHeaders(this);
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (const { name, value } of this.#entries) yield [name, value];
  }
}

function newEntry(name: string, value: string): Entry {
  if (!isToken(name)) {
    throw new TypeError(`Cannot put the header ${JSON.stringify(name)} into a message: its name must be a token`);
  }
  if (FORBIDDEN.test(value)) {
    throw new TypeError(`Cannot put ${JSON.stringify(value)} into the header ${name}: it holds CR, LF or NUL`);
  }
  return { key: headerKey(name), name: headerName(name), value: trimBlanks(value) };
}
