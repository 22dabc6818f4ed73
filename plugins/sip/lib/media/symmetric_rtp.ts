/**
 * Symmetric RTP (RFC 4961): where the sound of a phone comes from, and where ours goes to.
 *
 * @module
 */
import type { Agreement } from "./negotiation.ts";

/** Where packets come from, or go to. */
export interface RtpAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The remote address of one phone. It sends from where it hears. One behind a NAT names an address that we do not see,
 * or its public address with a port that the NAT has changed: then its packets come from where its signalling comes
 * from, and the first port that they come from is its own until it describes itself anew. The address that it has
 * described counts always, and from its first packet on alone.
 */
export class SymmetricRtp {
  /** Where its signalling comes from. */
  readonly #signalling: string;
  /** Where it has said that it hears. */
  #described: Pick<Agreement, "host" | "port"> | undefined;
  /** Where its packets really come from. */
  #source: RtpAddress | undefined;

  /** @param signalling The address that its signalling comes from. */
  constructor(signalling: string) {
    this.#signalling = signalling;
  }

  /** Takes up where it wants its packets. */
  describe(described: Pick<Agreement, "host" | "port">): void {
    const before = this.#described;
    if (before?.host !== described.host || before?.port !== described.port) this.#source = undefined;
    this.#described = described;
  }

  /** Whether a packet from there is taken for the phone's. */
  accepts({ host, port }: RtpAddress): boolean {
    if (!this.#described) return false;
    if (host === this.#described.host && port === this.#described.port) return true;
    if (host !== this.#signalling) return false;
    return this.#source === undefined || this.#source.host !== host || this.#source.port === port;
  }

  /** Takes note of where a packet of its came from. */
  latch(from: RtpAddress): void {
    this.#source = from;
  }

  /**
   * Where packets go. A description may name anybody: an address that is not the phone's own must have spoken to us
   * first.
   */
  get destination(): RtpAddress | undefined {
    if (this.#described?.host === undefined) return undefined;
    if (this.#source) return this.#source;
    const { host, port } = this.#described;
    return host === this.#signalling ? { host, port } : undefined;
  }
}
