/**
 * A disk that loses its power: what of a file is certain to be there, and what may be.
 *
 * @module
 */
import type { Random } from "../simulation/random.ts";
import type { FileCall } from "./strace.ts";

/** What becomes of what was written and not synced: none of it; the file grows, but to zeros; some sectors of it, in no order. */
export const FATES = ["dropped", "zeros", "torn"] as const;

/** One of {@linkcode FATES}. */
export type Fate = typeof FATES[number];

type Change = Exclude<FileCall["effect"], "sync">;

/** What a disk writes whole or not at all. */
const SECTOR = 512;
/** No file of a test becomes larger. */
const LARGEST = 256 * 1024 * 1024;

/** A file on such a disk. */
export class DiskFile {
  /** What is there whatever happens. */
  readonly #certain: Contents;
  /** What has been written since, or may have been. */
  #pending: Change[] = [];

  /** @param certain What had been synced at the beginning. */
  constructor(certain: Uint8Array) {
    this.#certain = new Contents(certain);
  }

  /** How many changes are not certain. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Takes the calls that had an effect up to a moment, wall milliseconds. A sync counts when it has returned, a write when it has begun. */
  replay(calls: readonly FileCall[], moment: number): void {
    for (const { began, ended, effect } of calls) {
      if (began > moment) break;
      if (effect !== "sync") this.#pending.push(effect);
      else if (ended <= moment) {
        for (const change of this.#pending) this.#certain.apply(change);
        this.#pending = [];
      }
    }
  }

  /** What everybody reads as long as the power is there. */
  written(): Uint8Array<ArrayBuffer> {
    const written = new Contents(this.#certain.bytes());
    for (const change of this.#pending) written.apply(change);
    return written.bytes();
  }

  /** What is found when the power is back. */
  found(fate: Fate, random: Random): Uint8Array<ArrayBuffer> {
    const certain = this.#certain.bytes();
    if (fate === "dropped") return certain;
    const written = this.written();
    const found = new Uint8Array(fate === "zeros" ? Math.max(written.length, certain.length) : written.length);
    found.set(certain.subarray(0, found.length));
    if (fate === "zeros") return found;
    for (let at = 0; at < found.length; at += SECTOR) {
      if (random.once(2)) found.set(written.subarray(at, at + SECTOR), at);
    }
    return found;
  }
}

/** Bytes that grow and shrink where they are: a copy for each write would take longer than the test may. */
class Contents {
  readonly #buffer = new ArrayBuffer(0, { maxByteLength: LARGEST });

  constructor(bytes: Uint8Array) {
    this.apply({ at: 0, write: bytes });
  }

  apply(change: Change): void {
    if ("truncate" in change) return this.#buffer.resize(change.truncate);
    const { at, write } = change;
    if (at + write.length > this.#buffer.byteLength) this.#buffer.resize(at + write.length);
    new Uint8Array(this.#buffer).set(write, at);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer).slice();
  }
}
