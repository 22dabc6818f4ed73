/**
 * Checkpoints that leave the server: the newest block of the history, made at the start, on a schedule and at the stop,
 * and brought to where whoever can change the history cannot change them too.
 *
 * `checkpoints.ts` makes them, signed by `signing.ts` where there is a key, stamped by `stamping.ts` where there is an
 * authority, and hands each to its targets. A target (`file_target.ts`, `url_target.ts`) brings one
 * checkpoint; a `delivery.ts` before it tries again, and lets the newest win.
 *
 * @module
 */
export { Checkpoints, type CheckpointsOptions } from "./checkpoints.ts";
export { fileTarget } from "./file_target.ts";
export {
  type KeyPair,
  newKeys,
  type Sign,
  type Signed,
  signerOf,
  verifierOf,
  type VerifySignature,
} from "./signing.ts";
export type { Target } from "./target.ts";
export { urlTarget } from "./url_target.ts";
