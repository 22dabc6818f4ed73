/**
 * The UDP ports that calls hold for their sound.
 *
 * @module
 */
import type { Socket } from "node:dgram";
import { bindDatagrams } from "../transport/mod.ts";

/** No RTP port can be held. */
export class NoRtpPort extends Error {
  override readonly name = "NoRtpPort";
}

/** A bound socket, and the port that it holds. */
export interface RtpSocket {
  readonly socket: Socket;
  readonly port: number;
}

/**
 * A range of ports, of which the even ones are given out in turn: RTP is even by custom, and the odd port after it is
 * where a phone sends the RTCP that we do not read.
 */
export class RtpPorts {
  readonly #first: number;
  readonly #count: number;
  #next = 0;

  /**
   * @param first The first port, 1024…65534; an odd one counts as the even one after it.
   * @param last The last, up to 65535.
   * @throws {RangeError} If there is no even port between them.
   */
  constructor(first: number, last: number) {
    this.#first = first + first % 2;
    this.#count = Math.floor((last - this.#first) / 2) + 1;
    if (![first, last].every(Number.isInteger) || first < 1024 || last > 65_535 || this.#count < 1) {
      throw new RangeError(
        `Cannot take the RTP ports ${first} to ${last}: a range with an even port within 1024 to 65535 is wanted`,
      );
    }
  }

  /**
   * Binds a socket to the next free port of an address of this machine.
   *
   * @throws {NoRtpPort} (rejected) If all are in use, or the address cannot be bound.
   */
  async open(host: string): Promise<RtpSocket> {
    const start = this.#next++;
    for (let tried = 0; tried < this.#count; tried++) {
      const port = this.#first + 2 * ((start + tried) % this.#count);
      try {
        return { socket: await bindDatagrams(host, port), port };
      } catch (error) {
        if (isInUse(error)) continue;
        throw new NoRtpPort(`Cannot hold RTP port ${port} of ${host}: ${String(error)}`, { cause: error });
      }
    }
    const last = this.#first + 2 * (this.#count - 1);
    throw new NoRtpPort(
      `Cannot hold an RTP port of ${host}: all even ports from ${this.#first} to ${last} (${this.#count}) are in use; ` +
        "widen the range, each call and each ringing phone holds one",
    );
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
