/**
 * The SIP library: what the plugin uses of it. It knows nothing of Switchroom.
 *
 * @module
 */
export * from "./clock.ts";
export * from "./dialog/mod.ts";
export { createChallenger, type DigestAlgorithm, type DigestVerdict } from "./digest/mod.ts";
export * from "./message/mod.ts";
export * from "./token.ts";
export * from "./transaction/mod.ts";
export * from "./transport/mod.ts";
export * from "./turns.ts";
export * from "./waiting.ts";
