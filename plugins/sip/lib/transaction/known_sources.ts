/**
 * Sources that are no strangers.
 *
 * @module
 */

/** How many are remembered: more than there are phones. The one of which nothing was let in for longest is forgotten first. */
const MOST = 4_096;

/** Remembers of which sources a request was let in lately. */
export class KnownSources {
  readonly #sources = new Set<string>();

  /** Takes note that a request of a source was let in. */
  add(source: string): void {
    // Last added, last forgotten.
    this.#sources.delete(source);
    this.#sources.add(source);
    if (this.#sources.size <= MOST) return;
    const [oldest] = this.#sources;
    if (oldest !== undefined) this.#sources.delete(oldest);
  }

  /** Whether it is remembered. */
  has(source: string): boolean {
    return this.#sources.has(source);
  }
}
