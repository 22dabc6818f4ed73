/**
 * Signatures of checkpoints, by Ed25519 (RFC 8032): that they come from who has the key, and were not changed on their
 * way or where they are kept. They are made here, and verified.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
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

/**
 * How a checkpoint stands to a key: it is signed by it, by none, by another one, or its signature is not of what it says.
 * Which other key it was is what the checkpoint says by itself.
 */
export type Signed = "signed" | "unsigned" | "otherKey" | "wrong";

/** Says how a checkpoint stands to one key, whatever else it holds. */
export type VerifySignature = (kept: Readonly<Record<string, unknown>>) => Signed;

/**
 * Verifies by the public key of a PEM file (SubjectPublicKeyInfo).
 *
 * @throws {TypeError} If there is none of Ed25519 in it.
 */
export function verifierOf(pem: string): VerifySignature {
  const key = publicKeyIn(pem);
  const own = key.export({ type: "spki", format: "der" }).toString("base64");
  return ({ historyId, block, hash, at, key: named, signature }) => {
    if (signature === undefined) return "unsigned";
    const bytes = signatureIn(signature);
    const line = lineOf({ historyId, block, hash, at } as Checkpoint);
    if (bytes !== undefined && verify(null, line, key, bytes)) return "signed";
    return named === undefined || named === own ? "wrong" : "otherKey";
  };
}

/** Bytes of a signature of Ed25519. */
const SIGNATURE_BYTES = 64;

function signatureIn(value: unknown): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.fromBase64(String(value));
    return bytes.length === SIGNATURE_BYTES ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function publicKeyIn(pem: string): KeyObject {
  // Of a private one the library would take the public part: whoever checks must not have that key at all.
  if (!pem.includes("PRIVATE KEY")) {
    try {
      const key = createPublicKey(pem);
      if (key.asymmetricKeyType === "ed25519") return key;
    } catch {
      // The library's words are about its decoders.
    }
  }
  throw new TypeError("it must be a public key of Ed25519 in PEM, as history key prints it");
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
