/**
 * Transports on real sockets, and everything that they heard.
 *
 * @module
 */
import {
  DEFAULT_TRANSPORT_BOUNDS,
  openTransports,
  type Peer,
  type TransportBounds,
  type TransportOptions,
  type Transports,
} from "../../../../../plugins/sip/lib/transport/mod.ts";

const GUARD_MS = 10_000;

/** A message that was heard. */
export interface Heard {
  text: string;
  from: Peer;
}

/** What ears are made of; what is left out is in order. */
export interface EarsOptions extends Partial<Pick<TransportOptions, "listen" | "transports" | "clock">> {
  bounds?: Partial<TransportBounds>;
  /** Called with each message. */
  onMessage?(bytes: Uint8Array, from: Peer): void;
}

/** Transports with their ears. */
export class Ears {
  readonly transports: Transports;
  readonly heard: Heard[] = [];
  readonly closed: Peer[] = [];
  #changed = Promise.withResolvers<void>();

  private constructor(transports: Transports) {
    this.transports = transports;
  }

  /** Opens them, at a port of 127.0.0.1 if nothing else is said. */
  static async open({ bounds, onMessage, ...options }: EarsOptions = {}): Promise<Ears> {
    const transports = await openTransports({
      listen: [{ host: "127.0.0.1", port: 0 }],
      transports: ["udp", "tcp"],
      bounds: { ...DEFAULT_TRANSPORT_BOUNDS, ...bounds },
      ...options,
    });
    const ears = new Ears(transports);
    transports.start({
      onMessage(bytes, from) {
        ears.heard.push({ text: new TextDecoder().decode(bytes), from });
        onMessage?.(bytes, from);
        ears.#tell();
      },
      onClosed(peer) {
        ears.closed.push(peer);
        ears.#tell();
      },
    });
    return ears;
  }

  /** Where somebody on the same machine finds them. */
  at(transport: "udp" | "tcp", host = "127.0.0.1"): Peer {
    return { transport, ...this.transports.local({ transport, host, port: 1 }) };
  }

  /** Waits until something is so. */
  async until(so: () => boolean): Promise<void> {
    const guard = AbortSignal.timeout(GUARD_MS);
    const late = Promise.withResolvers<never>();
    guard.addEventListener("abort", () => late.reject(guard.reason));
    while (!so()) await Promise.race([this.#changed.promise, late.promise]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transports.close();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** A message as short as a stream can carry one. */
export function message(name: string, body = ""): string {
  return `${name} SIP/2.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
