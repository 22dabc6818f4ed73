/**
 * Which algorithms a phone is offered in a challenge.
 *
 * RFC 8760 wants all of them, the strongest first, and a phone to take the first that it knows. Many phones that know
 * MD5 only look at the first challenge alone, or give up at one that they do not know. Those that are known to are
 * offered MD5 alone at once, others when they have asked again without an answer. Nobody is weakened by that who is not
 * already: whoever can change what a phone sees can leave out SHA-256 himself, as long as MD5 is offered at all.
 *
 * @module
 */
import { BoundedMap } from "switchroom/plugin";
import type { DigestAlgorithm, DigestVerdict } from "../lib/digest/mod.ts";
import { parseAnyAddress, type SipRequest } from "../lib/message/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import type { Peer } from "../lib/transport/mod.ts";

/** libre up to 3.11 fails at any challenge but MD5, wherever it stands. */
const KNOWS_MD5_ONLY = /^baresip v(?:[0-2]|3\.(?:\d|1[01]))\./;

/** How long after a challenge a request without an answer is not one that crossed it, or was repeated, milliseconds. */
const PATIENCE_MS = 5_000;

/** Phones that are remembered; the one that was met first is forgotten first. */
const REMEMBERED = 4_096;

interface Met {
  /** When it was first challenged. */
  at: number;
  md5Only: boolean;
}

/** Remembers what phones do with challenges. */
export class ChallengeAlgorithms {
  readonly #all: readonly DigestAlgorithm[];
  readonly #clock: Clock;
  readonly #met = new BoundedMap<string, Met>(REMEMBERED);

  /** @param all What may be offered at all, the preferred first. */
  constructor(all: readonly DigestAlgorithm[], clock: Clock) {
    this.#all = all;
    this.#clock = clock;
  }

  /** What to offer to whom a request without an answer comes from. */
  next(request: SipRequest, from: Peer): readonly DigestAlgorithm[] {
    if (!this.#all.includes("MD5")) return this.#all;
    if (KNOWS_MD5_ONLY.test(request.headers.get("User-Agent") ?? "")) return ["MD5"];
    const now = this.#clock.now();
    const met = this.#met.get(keyOf(request, from)) ?? { at: now, md5Only: false };
    const md5Only = met.md5Only || now - met.at >= PATIENCE_MS;
    this.#met.set(keyOf(request, from), { ...met, md5Only });
    return md5Only ? ["MD5"] : this.#all;
  }

  /**
   * What to offer to whom an answer comes from that was not good enough. A right one would be right with the same
   * algorithm again; what was wrong by SHA-256 may have been made by a phone that does not know it. MD5 alone is for
   * whom has used it: he may not know another.
   */
  again({ verdict, algorithm }: Extract<DigestVerdict, { verdict: "stale" | "wrong" }>): readonly DigestAlgorithm[] {
    if (!this.#all.includes(algorithm)) return this.#all;
    return verdict === "stale" || algorithm === "MD5" ? [algorithm] : this.#all;
  }

  /** Takes note of the algorithm of a good answer. */
  took(algorithm: DigestAlgorithm, { request, from }: { request: SipRequest; from: Peer }): void {
    if (algorithm === "MD5") this.#met.set(keyOf(request, from), { at: this.#clock.now(), md5Only: true });
    else this.#met.delete(keyOf(request, from));
  }
}

/** One phone: several may share an address. */
function keyOf({ headers }: SipRequest, { host }: Peer): string {
  return `${host} ${parseAnyAddress(headers.get("From") ?? "").uri.slice(0, 128)}`;
}
