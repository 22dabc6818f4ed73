/**
 * How many messages are heard: of each source, and of all strangers together.
 *
 * @module
 */
import { type Clock, TokenBuckets } from "../tools/mod.ts";
import { type Peer, peerText, sourceOf } from "../transport/mod.ts";
import type { EndpointBounds } from "./endpoint.ts";

/**
 * How many are remembered: more than there are phones. The one of which nothing was let in for longest is forgotten
 * first.
 */
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

/** What a rate limit is made of. */
export interface RateLimitOptions {
  clock: Clock;
  bounds: Pick<EndpointBounds, "messagesPerSecond" | "burst" | "messagesPerSecondOfAll" | "burstOfAll">;
}

/** Counts what comes in, before it is read: a flood must not even cost that. */
export class RateLimit {
  readonly #bounds: RateLimitOptions["bounds"];
  readonly #ofSource: TokenBuckets;
  readonly #ofAll: TokenBuckets;
  readonly #known = new KnownSources();

  /** @param options How much is heard, and what times it. */
  constructor({ clock, bounds }: RateLimitOptions) {
    this.#bounds = bounds;
    this.#ofSource = new TokenBuckets({ clock, perSecond: bounds.messagesPerSecond, burst: bounds.burst });
    this.#ofAll = new TokenBuckets({ clock, perSecond: bounds.messagesPerSecondOfAll, burst: bounds.burstOfAll });
  }

  /** Counts a message. @returns Why it is not heard, if it is not. */
  refuses(from: Peer): string | undefined {
    if (!this.#ofSource.take(sourceOf(from.host))) {
      return `${peerText(from)} is not heard: it sends more than ${this.#bounds.messagesPerSecond} messages a second`;
    }
    if (this.#isStranger(from) && !this.#ofAll.take("")) {
      return `${
        peerText(from)
      } is not heard: strangers send more than ${this.#bounds.messagesPerSecondOfAll} messages a second`;
    }
  }

  /** Takes back the count of a message that was waited for. */
  giveBack(from: Peer): void {
    this.#ofSource.giveBack(sourceOf(from.host));
    if (this.#isStranger(from)) this.#ofAll.giveBack("");
  }

  /** Takes note that a request was let in: its source is no stranger any more. */
  letIn(from: Peer): void {
    this.#known.add(sourceOf(from.host));
  }

  /**
   * Who has a connection is where he says, and who was let in lately is somebody's phone: strangers must not silence
   * them.
   */
  #isStranger({ transport, host }: Peer): boolean {
    return transport === "udp" && !this.#known.has(sourceOf(host));
  }
}
