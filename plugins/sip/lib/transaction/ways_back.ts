/**
 * Where the answer to a request goes (RFC 3261 18.2.2, RFC 3581 section 4).
 *
 * @module
 */
import { isIP } from "node:net";
import { canonicalHost, SIP_PORT, type SipRequest } from "../message/mod.ts";
import { type Peer, samePeer, unzoned } from "../transport/mod.ts";
import { topVia } from "./via.ts";

/** Where an answer goes. */
export interface WaysBack {
  first: Peer;
  /** Where it goes if it cannot be sent there. */
  otherwise?: Peer;
}

/**
 * Finds the ways back. All lead to the address that the request came from, so that nobody can have others answered; only the port may be the
 * one that Via names.
 *
 * Over TCP it is the connection, and the port of Via if that is gone. Over UDP it is the port of Via, as some phones listen at 5060 and send
 * from another port, unless Via has `rport`, or names the address of an inside network: of what a router has opened for a phone behind it, the
 * source port is all that leads there.
 */
export function waysBack(request: SipRequest, from: Peer): WaysBack {
  const { host, port = SIP_PORT, params } = topVia(request);
  const named: Peer = { ...from, port };
  if (from.transport === "tcp") return { first: from, ...!samePeer(named, from) && { otherwise: named } };
  const isInside = isIP(host) !== 0 && canonicalHost(host) !== canonicalHost(unzoned(from.host));
  return { first: params.has("rport") || isInside ? from : named };
}
