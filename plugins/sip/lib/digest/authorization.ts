/**
 * The client's side of digest authentication (RFC 3261 22, 8760): the answer to a phone's challenge.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { quote, type SipRequest, type SipResponse } from "../message/mod.ts";
import { readDigest } from "./parameters.ts";
import { algorithmOf, digestResponse } from "./response.ts";

/** What a challenge is answered with. */
export interface Credentials {
  /** The account's user. */
  user: string;
  /** The account's secret. */
  secret: string;
}

const FIRST = "00000001";

/**
 * Answers the topmost challenge of a 401 or 407 that we can compute (RFC 8760 2.4).
 *
 * @param challenge The response that asks.
 * @param request The request that it refused; it is to be sent again with a higher CSeq and the header.
 * @returns The header, or undefined if there is no challenge that we can compute.
 */
export function authorization(
  challenge: SipResponse,
  request: SipRequest,
  { user, secret }: Credentials,
): [name: string, value: string] | undefined {
  const proxy = challenge.status === 407;
  for (const line of challenge.headers.all(proxy ? "Proxy-Authenticate" : "WWW-Authenticate")) {
    const parameters = readDigest(line);
    if (typeof parameters === "string") continue;
    const algorithm = algorithmOf(parameters.get("algorithm"));
    const realm = parameters.get("realm");
    const nonce = parameters.get("nonce");
    const qops = parameters.get("qop")?.toLowerCase().split(",").map((qop) => qop.trim());
    if (!algorithm || realm === undefined || nonce === undefined || qops?.includes("auth") === false) {
      continue;
    }
    const { method, uri } = request;
    const auth = qops && { count: FIRST, cnonce: randomBytes(8).toString("hex") };
    const response = digestResponse({ algorithm, user, realm, secret, method, uri, nonce, ...auth && { auth } });
    const opaque = parameters.get("opaque");
    const said = [
      `Digest username=${quote(user)}`,
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
      `uri=${quote(uri)}`,
      `response="${response}"`,
      // Only if it was named: a phone of before RFC 8760 may not know the parameter.
      ...parameters.has("algorithm") ? [`algorithm=${algorithm}`] : [],
      ...opaque === undefined ? [] : [`opaque=${quote(opaque)}`],
      ...auth ? [`qop=auth, nc=${auth.count}, cnonce="${auth.cnonce}"`] : [],
    ];
    return [proxy ? "Proxy-Authorization" : "Authorization", said.join(", ")];
  }
  return undefined;
}
