/**
 * The server's side of digest authentication (RFC 3261 22, 7616, 8760): challenges, and the check of their answers.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import {
  hasUriParam,
  MalformedMessage,
  parseUri,
  quote,
  sameUri,
  SIP_PORT,
  type SipRequest,
  withoutParam,
} from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";
import { Nonces } from "./nonces.ts";
import { readDigest } from "./parameters.ts";
import { algorithmOf, type DigestAlgorithm, digestResponse } from "./response.ts";

/** What {@linkcode createChallenger} is told. */
export interface ChallengerOptions {
  /** Whose secrets are asked for: the domain of the addresses of record. */
  realm: string;
  /** Times the nonces. */
  clock: Clock;
  /**
   * How long a nonce is good, milliseconds. A phone whose nonce has expired costs one round trip more, unnoticed by its
   * person.
   */
  lifetimeMs: number;
  /** What answers may be computed with, the preferred first. */
  algorithms: readonly DigestAlgorithm[];
}

/** What an answer was worth. */
export type DigestVerdict =
  /** It is that user's, and has never been seen before. */
  | { verdict: "ok"; user: string; algorithm: DigestAlgorithm }
  /** There is none for our realm, or, with `why`, none that can be checked. */
  | { verdict: "missing"; why?: string }
  /**
   * It was made for another nonce than one of ours that is good and unspent: to be asked again, without disturbing a
   * person.
   */
  | { verdict: "stale"; algorithm: DigestAlgorithm }
  /**
   * The secret is wrong, or there is no such user. The algorithm is the one that it was made with, whatever it names:
   * some phones only repeat its name.
   */
  | { verdict: "wrong"; user: string; algorithm: DigestAlgorithm };

/** Asks who sent a request, and checks what it says. */
export interface Challenger {
  /**
   * Makes the values of WWW-Authenticate headers, one for each algorithm.
   *
   * @param source The IP address that may answer.
   * @param options `stale`: the answer before was for an old nonce. `algorithms`: fewer than usual.
   */
  challenge(source: string, options?: { stale?: boolean; algorithms?: readonly DigestAlgorithm[] }): string[];
  /**
   * Checks the Authorization header of a request; a good one is spent by that.
   *
   * An unknown user is checked with a secret that nobody has, so that it takes as long as a known one. A nonce that is
   * not ours says nothing about the secret: whether the answer would have been right is not computed.
   */
  check(request: SipRequest, options: { source: string; secretOf(user: string): string | undefined }): DigestVerdict;
}

/** What an answer says, as far as it can be understood. */
interface Answer {
  algorithm: DigestAlgorithm;
  user: string;
  uri: string;
  nonce: string;
  count: string;
  cnonce: string;
  response: string;
}

const COUNT = /^[0-9a-f]{8}$/i;
const MD5_DIGITS = 32;

/** Makes a challenger with a secret of its own: nonces of another one are stale. */
export function createChallenger({ realm, clock, lifetimeMs, algorithms }: ChallengerOptions): Challenger {
  const nonces = new Nonces({ clock, lifetimeMs });
  const nobodysSecret = randomBytes(12).toString("base64url");

  return {
    challenge(source, { stale = false, algorithms: offered = algorithms } = {}) {
      // One nonce for all: it is spent by whichever algorithm the phone takes.
      const nonce = nonces.issue(source);
      return offered.map((algorithm) =>
        `Digest realm=${quote(realm)}, nonce="${nonce}", algorithm=${algorithm}, qop="auth"${
          stale ? ", stale=true" : ""
        }`
      );
    },

    check(request, { source, secretOf }) {
      const all = request.headers.all("Authorization").map(readDigest);
      const parameters = all.find((some) => typeof some !== "string" && some.get("realm") === realm);
      const unreadable = all.find((some) => typeof some === "string");
      if (typeof parameters !== "object") return { verdict: "missing", ...unreadable && { why: unreadable } };
      const answer = readAnswer(parameters);
      if (typeof answer === "string") return { verdict: "missing", why: answer };
      const { algorithm, user, nonce, count } = answer;
      const madeWith = answer.response.length === MD5_DIGITS ? "MD5" : algorithm;
      if (!algorithms.includes(algorithm)) return { verdict: "missing", why: `${algorithm} was not asked for` };
      if (!isFor(request.uri, answer.uri)) return { verdict: "missing", why: "it is for another request URI" };
      const number = nonces.read(nonce, source);
      if (number === undefined) return { verdict: "stale", algorithm: madeWith };
      const secret = secretOf(user);
      const { method } = request;
      const right = digestResponse({ ...answer, realm, secret: secret ?? nobodysSecret, method, auth: answer });
      if (!equal(right, answer.response) || secret === undefined) {
        return { verdict: "wrong", user, algorithm: madeWith };
      }
      // Only now: a count is spent by its owner, not by whoever names it.
      if (!nonces.use(number, Number.parseInt(count, 16))) return { verdict: "stale", algorithm };
      return { verdict: "ok", user, algorithm };
    },
  };
}

/** Reads an answer. @returns What it says, or why it cannot be checked. */
function readAnswer(parameters: ReadonlyMap<string, string>): Answer | string {
  const algorithm = algorithmOf(parameters.get("algorithm"));
  if (!algorithm) return "its algorithm is neither SHA-256 nor MD5";
  // RFC 3261 22.4: who is offered a qop must use it. An answer of RFC 2069 has no count, and could be replayed.
  if (parameters.get("qop")?.toLowerCase() !== "auth") return "its qop is not auth";
  const count = parameters.get("nc") ?? "";
  if (!COUNT.test(count) || Number.parseInt(count, 16) === 0) return "its nc is not 8 hexadecimals, 00000001 or more";
  const [user, uri, nonce, cnonce, response] = ["username", "uri", "nonce", "cnonce", "response"].map((name) =>
    parameters.get(name)
  );
  if (!user || !uri || !nonce || !cnonce || !response) return "it lacks username, uri, nonce, cnonce or response";
  return { algorithm, user, uri, nonce, count, cnonce, response };
}

/**
 * Whether an answer to that URI is for a request of this one: RFC 7616 3.4.6 lets them be written differently, and phones
 * leave out port and transport.
 */
function isFor(requestUri: string, answered: string): boolean {
  if (requestUri === answered) return true;
  try {
    const asked = { port: SIP_PORT, ...parseUri(requestUri) };
    const signed = { port: asked.port, ...parseUri(answered) };
    const { params } = hasUriParam(signed, "transport") ? asked : { params: withoutParam(asked.params, "transport") };
    return sameUri({ ...asked, params }, signed);
  } catch (error) {
    if (error instanceof MalformedMessage) return false;
    throw error;
  }
}

/** Compares in a time that tells nothing; hashing first makes texts of any length comparable. */
function equal(right: string, answered: string): boolean {
  const [a, b] = [right, answered.toLowerCase()].map((text) => Buffer.from(hash("sha256", text), "hex"));
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
