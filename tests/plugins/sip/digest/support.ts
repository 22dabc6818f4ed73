/**
 * A phone's side of digest authentication, written apart from ours: what it computes is what the RFCs' own examples
 * say.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readDigest } from "../../../../plugins/sip/lib/digest/parameters.ts";
import { SipHeaders, type SipRequest } from "../../../../plugins/sip/lib/message/mod.ts";

/** A request with only what digest looks at. */
export function bareRequest(
  { method = "REGISTER", uri = "sip:phones.test", authorization = [] }: {
    method?: string;
    uri?: string;
    authorization?: string[];
  } = {},
): SipRequest {
  const headers = new SipHeaders(authorization.map((value) => ["Authorization", value] as const));
  return { method, uri, headers, body: new Uint8Array() };
}

/** One parameter of a challenge or an answer, without its quotes. */
export function parameter(header: string, name: string): string {
  const found = new RegExp(`[ ,]${name}="?([^",]*)`).exec(header)?.[1];
  if (found === undefined) throw new Error(`${name} is not in ${header}`);
  return found;
}

/** What a phone answers a challenge with, and how it may do it wrongly. */
export interface PhoneAnswer {
  user?: string;
  secret?: string;
  method?: string;
  uri?: string;
  count?: string;
  cnonce?: string;
  /** Changes the parameters after the digest has been computed; undefined takes one away. */
  change?: Record<string, string | undefined>;
}

/** Answers a challenge with `qop=auth`. */
export function answer(challenge: string, options: PhoneAnswer = {}): string {
  const { user = "1001", secret = "wonderland", method = "REGISTER", uri = "sip:phones.test" } = options;
  const { count = "00000001", cnonce = "0a4f113b" } = options;
  const [realm, nonce] = [parameter(challenge, "realm"), parameter(challenge, "nonce")];
  const algorithm = parameter(challenge, "algorithm");
  const h = (text: string) => createHash(algorithm === "MD5" ? "md5" : "sha256").update(text).digest("hex");
  const response = h(`${h(`${user}:${realm}:${secret}`)}:${nonce}:${count}:${cnonce}:auth:${h(`${method}:${uri}`)}`);
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
  const parameters: Record<string, string | undefined> = {
    username: quoted(user),
    realm: quoted(realm),
    nonce: quoted(nonce),
    uri: quoted(uri),
    response: quoted(response),
    algorithm,
    qop: "auth",
    nc: count,
    cnonce: quoted(cnonce),
    ...options.change,
  };
  const said = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return `Digest ${said.map(([name, value]) => `${name}=${value}`).join(", ")}`;
}

/** What a header says that can be read. */
export function digestOf(header: string): ReadonlyMap<string, string> {
  const read = readDigest(header);
  if (typeof read === "string") throw new Error(`It should have been read: ${read}`);
  return read;
}
