/**
 * Where phones are: the bindings of every account, and the end of each: in its time, or with the connection that led to
 * it.
 *
 * @module
 */
import { canonicalHost, SIP_PORT, uriParamOf } from "../lib/message/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import { type Peer, samePeer, unzoned } from "../lib/transport/mod.ts";
import type { Binding } from "./registrar.ts";

interface Entry {
  /** The one refreshed last first. */
  bindings: readonly Binding[];
  cancel(): void;
}

/** What a location service is made of. */
export interface LocationOptions {
  clock: Clock;
  /** Told when bindings of a user have ended by themselves. */
  expired(user: string): void;
}

/** The location service of RFC 3261 10, in memory: after a restart phones register again. */
export class Location {
  readonly #options: LocationOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: LocationOptions) {
    this.#options = options;
  }

  /** The bindings of a user, the one refreshed last first. */
  of(user: string): readonly Binding[] {
    return this.#entries.get(user)?.bindings ?? [];
  }

  /** Who has bindings. */
  get users(): string[] {
    return [...this.#entries.keys()];
  }

  /** Puts others in the place of a user's bindings. */
  set(user: string, bindings: readonly Binding[]): void {
    this.#entries.get(user)?.cancel();
    if (bindings.length === 0) {
      this.#entries.delete(user);
      return;
    }
    const first = Math.min(...bindings.map(({ expiresAt }) => expiresAt));
    const { clock } = this.#options;
    const cancel = clock.after(Math.max(0, first - clock.now()), () => this.#expire(user));
    this.#entries.set(user, { bindings, cancel });
  }

  /** Forgets everything. */
  clear(): void {
    for (const { cancel } of this.#entries.values()) cancel();
    this.#entries.clear();
  }

  #expire(user: string): void {
    const before = this.of(user);
    const left = before.filter(({ expiresAt }) => expiresAt > this.#options.clock.now());
    // A timer may be early by a part of a millisecond; it is set again for the rest.
    this.set(user, left);
    if (left.length < before.length) this.#options.expired(user);
  }
}

/** Tells of bindings whether they are reached by that connection. */
export function flowsOver(peer: Peer): (binding: Binding) => boolean {
  return (binding) => binding.isFlow && samePeer(binding.peer, peer);
}

/**
 * The bindings that are left. One that can be reached by that connection only is gone with it, as RFC 5626 has it; the
 * phone opens another and registers anew. One whose contact is the address that it came from may listen there, as RFC
 * 3261 18 expects of every phone (many close a connection that has nothing to carry): it stays, and is connected to
 * there.
 */
export function withoutFlow(bindings: readonly Binding[], peer: Peer): readonly Binding[] {
  const isGone = flowsOver(peer);
  return bindings.flatMap((binding) => {
    if (!isGone(binding)) return binding;
    const { uri } = binding.contact;
    const { host, port = SIP_PORT } = uri;
    const listens = uriParamOf(uri, "transport")?.toLowerCase() === "tcp" &&
      canonicalHost(host) === canonicalHost(unzoned(peer.host));
    return listens ? { ...binding, peer: { ...binding.peer, port }, isFlow: false } : [];
  });
}
