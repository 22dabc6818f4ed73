/**
 * The top Via: what we put there, where a request of others really came from, and where its answer goes (RFC 3261
 * 18.2).
 *
 * @module
 */
import { isIP } from "node:net";
import {
  canonicalHost,
  hasParam,
  MalformedMessage,
  newToken,
  parseVia,
  SIP_PORT,
  SipHeaders,
  type SipMessage,
  type SipRequest,
  type Via,
  withoutParam,
  withParam,
  writeVia,
} from "../message/mod.ts";
import { type LocalAddress, type Peer, samePeer, unzoned } from "../transport/mod.ts";

/** What a branch of RFC 3261 begins with; one without it comes from an element of RFC 2543 and is not unique. */
export const COOKIE = "z9hG4bK";

/** Reads the top Via. */
export function topVia({ headers }: SipMessage): Via {
  return parseVia(headers.all("Via")[0] ?? "");
}

/** The top Via of a request that may have been refused for that; `undefined`, if it was. */
function readableVia(request: SipRequest): Via | undefined {
  try {
    return topVia(request);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

/** The request with a Via of ours on top, and a branch of its own (RFC 3261 8.1.1.7, RFC 3581 section 3). */
export function withOurVia(request: SipRequest, { local, to }: { local: LocalAddress; to: Peer }): SipRequest {
  const headers = request.headers.clone();
  const params = [{ name: "branch", value: `${COOKIE}${newToken()}` }, { name: "rport" }];
  const via = { transport: to.transport.toUpperCase(), host: unzoned(local.host), port: local.port, params };
  headers.prepend("Via", writeVia(via));
  return { ...request, headers };
}

/**
 * The request with its source in the top Via (RFC 3261 18.2.1, RFC 3581 section 4). What it says of its source itself
 * is not believed. The other Vias stay in the lines that they came in: an answer repeats them, and one line for each
 * would make it longer than the request. A top Via that cannot be read stays as it came.
 */
export function withSource(request: SipRequest, from: Peer): SipRequest {
  const via = readableVia(request);
  if (!via) return request;
  const source = unzoned(from.host);
  const asksForPort = hasParam(via.params, "rport");
  let params = withoutParam(via.params, "received");
  if (via.host !== source || asksForPort) params = withParam(params, { name: "received", value: source });
  if (asksForPort) params = withParam(params, { name: "rport", value: String(from.port) });
  const headers = new SipHeaders();
  for (const [name, value] of request.headers) {
    if (name !== "Via") {
      headers.add(name, value);
      continue;
    }
    const hops = new SipHeaders([[name, value]]).all("Via").filter((hop) => hop !== "");
    if (!headers.has("Via")) hops[0] = writeVia({ ...via, params });
    if (hops.length > 0) headers.add("Via", hops.join(", "));
  }
  return { ...request, headers };
}

/** Where an answer is sent. */
export interface ResponseTargets {
  first: Peer;
  /** Where it goes if it cannot be sent there. */
  otherwise?: Peer;
}

/**
 * Finds where an answer is sent. All leads to the address that the request came from, so that nobody can have others
 * answered; only the port may be the one that Via names.
 *
 * Over TCP it is the connection, and the port of Via if that is gone. Over UDP it is the port of Via, as some phones
 * listen at 5060 and send from another port, unless Via has `rport`, or names the address of an inside network: of what
 * a router has opened for a phone behind it, the source port is all that leads there; and so it is where Via cannot be
 * read.
 */
export function responseTargets(request: SipRequest, from: Peer): ResponseTargets {
  const via = readableVia(request);
  if (!via) return { first: from };
  const { host, port = SIP_PORT, params } = via;
  const named: Peer = { ...from, port };
  if (from.transport === "tcp") return { first: from, ...!samePeer(named, from) && { otherwise: named } };
  const isInside = isIP(host) !== 0 && canonicalHost(host) !== canonicalHost(unzoned(from.host));
  return { first: hasParam(params, "rport") || isInside ? from : named };
}
