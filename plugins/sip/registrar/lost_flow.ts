/**
 * What becomes of bindings whose connection is gone.
 *
 * @module
 */
import { canonicalHost, SIP_PORT } from "../lib/message/mod.ts";
import { type Peer, samePeer, unzoned } from "../lib/transport/mod.ts";
import type { Binding } from "./registrar.ts";

/** Tells of bindings whether they are reached by that connection. */
export function flowsOver(peer: Peer): (binding: Binding) => boolean {
  return (binding) => binding.isFlow && samePeer(binding.peer, peer);
}

/**
 * The bindings that are left. One that can be reached by that connection only is gone with it, as RFC 5626 has it; the phone opens another and
 * registers anew. One whose contact is the address that it came from may listen there, as RFC 3261 18 expects of every phone (many close a
 * connection that has nothing to carry): it stays, and is connected to there.
 */
export function withoutFlow(bindings: readonly Binding[], peer: Peer): readonly Binding[] {
  const isGone = flowsOver(peer);
  return bindings.flatMap((binding) => {
    if (!isGone(binding)) return binding;
    const { host, port = SIP_PORT, params } = binding.contact.uri;
    const listens = params.get("transport")?.toLowerCase() === "tcp" &&
      canonicalHost(host) === canonicalHost(unzoned(peer.host));
    return listens ? { ...binding, peer: { ...binding.peer, port }, isFlow: false } : [];
  });
}
