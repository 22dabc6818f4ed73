/**
 * Signatures of checkpoints, by Ed25519 (RFC 8032): that they come from who has the key, and were not changed on their
 * way or where they are kept.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Checkpoint } from "../core/contract/history.ts";

/** Signs with one key. */
export type Sign = (checkpoint: Checkpoint) => Checkpoint;

/** What is signed, and time-stamped, of a checkpoint: its line (docs/history-format.md), as bytes. */
export function lineOf({ historyId, block, hash, at }: Checkpoint): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(["checkpoint", historyId, block, hash, at])}\n`);
}

/**
 * Signs with the private key of a PEM file (PKCS #8).
 *
 * @throws {TypeError} If there is none of Ed25519 in it.
 */
export function signerOf(pem: string): Sign {
  const secret = privateKeyIn(pem);
  const key = createPublicKey(secret).export({ type: "spki", format: "der" }).toString("base64");
  return (checkpoint) => ({
    ...checkpoint,
    key,
    signature: sign(null, lineOf(checkpoint), secret).toString("base64"),
  });
}

function privateKeyIn(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // The library's words are about its decoders.
  }
  throw new TypeError("it must be a private key of Ed25519 in PEM, without a passphrase, as history key makes it");
}

/** A new pair of keys, both as PEM. */
export interface KeyPair {
  /** PKCS #8: to be kept secret. */
  readonly privateKey: string;
  /** SubjectPublicKeyInfo: for whoever checks signatures. */
  readonly publicKey: string;
}

/** Makes a pair of keys. */
export function newKeys(): KeyPair {
  return generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}
