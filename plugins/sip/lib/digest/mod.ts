/**
 * Digest authentication (RFC 3261 22, 7616, 8760), both sides of it.
 *
 * @module
 */
export { authorization, type Credentials } from "./authorization.ts";
export { type Challenger, type ChallengerOptions, createChallenger, type DigestVerdict } from "./challenger.ts";
export type { DigestAlgorithm } from "./response.ts";
