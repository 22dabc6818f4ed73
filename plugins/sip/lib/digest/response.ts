/**
 * What a digest is computed of (RFC 7616 3.4.1), with `qop=auth` or, for clients only, without a qop.
 *
 * @module
 */
import { hash } from "node:crypto";

/** What hashes; MD5 because most phones know nothing else. */
export type DigestAlgorithm = "SHA-256" | "MD5";

const HASHES: Readonly<Record<DigestAlgorithm, string>> = { "SHA-256": "sha256", MD5: "md5" };

/** What a digest is computed of. */
export interface DigestInput {
  algorithm: DigestAlgorithm;
  user: string;
  realm: string;
  secret: string;
  method: string;
  /** As the `uri` parameter says it. */
  uri: string;
  nonce: string;
  /**
   * The nonce count and the client's nonce, as they stand in the answer; without them the digest is one without a qop.
   */
  auth?: { count: string; cnonce: string };
}

/**
 * The algorithm of that name, in any case; MD5 if there is no name (RFC 7616 3.3); undefined if we cannot compute it.
 */
export function algorithmOf(name: string | undefined): DigestAlgorithm | undefined {
  const upper = (name ?? "MD5").toUpperCase();
  return upper === "MD5" || upper === "SHA-256" ? upper : undefined;
}

/** Computes the `response` parameter, in lower case hexadecimals. */
export function digestResponse({ algorithm, auth, ...input }: DigestInput): string {
  const h = (text: string) => hash(HASHES[algorithm], text);
  const secret = h(`${input.user}:${input.realm}:${input.secret}`);
  const request = h(`${input.method}:${input.uri}`);
  return h(`${secret}:${input.nonce}:${auth ? `${auth.count}:${auth.cnonce}:auth:` : ""}${request}`);
}
