/**
 * Nonces that are checked without being kept: each carries its own number and time, sealed with a secret of this
 * process.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../tools/mod.ts";

/** Bytes: number and time, then the seal; a multiple of three, so that no letter of the text is without meaning. */
const NUMBER = 6;
const HEAD = 2 * NUMBER;
const SEAL = 18;

/**
 * How far behind the highest count of a nonce another may come: UDP changes the order of what a phone sends at once. At
 * most 32.
 */
const WINDOW = 32;

/**
 * Nonces whose counts are remembered. Only those that an account has used are, so that strangers cannot push them out.
 */
const REMEMBERED = 4_096;

/** The counts of a nonce that have been used. */
interface Used {
  highest: number;
  /** Bit n: `highest - n` has been used. */
  recent: number;
}

/** Makes nonces and knows them again. */
export class Nonces {
  readonly #secret = randomBytes(32);
  readonly #used = new Map<number, Used>();
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  #last = 0;
  /**
   * The highest number that has been forgotten; all up to it that are not remembered are refused, because they may have
   * been used.
   */
  #forgotten = 0;

  /** @param options The clock, and how long a nonce lasts, milliseconds. */
  constructor({ clock, lifetimeMs }: { clock: Clock; lifetimeMs: number }) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /**
   * Makes a nonce that is good for one source only: nobody else can spend it, or guess secrets in that source's name.
   */
  issue(source: string): string {
    const head = Buffer.alloc(HEAD);
    head.writeUIntBE(++this.#last, 0, NUMBER);
    head.writeUIntBE(Math.floor(this.#clock.now()), NUMBER, NUMBER);
    return Buffer.concat([head, this.#seal(head, source)]).toString("base64url");
  }

  /** The number of a nonce that we made for that source and that has not expired; undefined for any other text. */
  read(nonce: string, source: string): number | undefined {
    const bytes = Buffer.from(nonce, "base64url");
    if (bytes.length !== HEAD + SEAL) return undefined;
    const head = bytes.subarray(0, HEAD);
    if (!timingSafeEqual(bytes.subarray(HEAD), this.#seal(head, source))) return undefined;
    const age = this.#clock.now() - head.readUIntBE(NUMBER, NUMBER);
    return age < this.#lifetimeMs ? head.readUIntBE(0, NUMBER) : undefined;
  }

  /** Uses a count of a nonce. @returns Whether it may be used: once each, and none far behind the highest. */
  use(number: number, count: number): boolean {
    const used = this.#used.get(number);
    if (used) return useCount(used, count);
    if (number <= this.#forgotten) return false;
    this.#used.set(number, { highest: count, recent: 1 });
    if (this.#used.size > REMEMBERED) this.#forgetOne();
    return true;
  }

  #forgetOne(): void {
    for (const number of this.#used.keys()) {
      this.#used.delete(number);
      this.#forgotten = Math.max(this.#forgotten, number);
      return;
    }
  }

  #seal(head: Uint8Array, source: string): Buffer {
    return createHmac("sha256", this.#secret).update(head).update(source).digest().subarray(0, SEAL);
  }
}

/** The sliding window of RFC 4303 3.4.3. */
function useCount(used: Used, count: number): boolean {
  const ahead = count - used.highest;
  if (ahead > 0) {
    used.recent = ahead < WINDOW ? used.recent << ahead | 1 : 1;
    used.highest = count;
    return true;
  }
  const bit = 1 << -ahead;
  if (-ahead >= WINDOW || (used.recent & bit) !== 0) return false;
  used.recent |= bit;
  return true;
}
