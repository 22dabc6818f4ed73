/**
 * The messages of RFC 3161: what is asked for, and what must be in the answer.
 *
 * @module
 */
import { id_signedData, SignedData } from "@peculiar/asn1-cms";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { id_ct_tstInfo, MessageImprint, PKIStatus, TimeStampReq, TimeStampResp, TSTInfo } from "@peculiar/asn1-tsp";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { wordsOf } from "../core/contract/errors.ts";

const SHA_256 = "2.16.840.1.101.3.4.2.1";

/** A question for a stamp. */
export interface StampRequest {
  /** As it is sent. */
  readonly der: ArrayBuffer;
  /** SHA-256 of what is to be stamped. */
  readonly hash: Uint8Array;
  /** Random: an answer without it is to another question. */
  readonly nonce: Uint8Array;
}

/** Asks for a stamp of these bytes, with the certificate of who stamps. */
export async function stampRequest(stamped: BufferSource): Promise<StampRequest> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", stamped));
  const nonce = crypto.getRandomValues(new Uint8Array(8));
  // An integer above 0 that DER writes in as many bytes.
  nonce[0] = nonce[0]! & 0x3f | 0x40;
  const der = AsnConvert.serialize(
    new TimeStampReq({
      messageImprint: new MessageImprint({
        hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA_256, parameters: null }),
        hashedMessage: new OctetString(hash),
      }),
      nonce: nonce.buffer,
      certReq: true,
    }),
  );
  return { der, hash, nonce };
}

/**
 * The token in an answer, as it came: a stamp of what was asked for. Who signed it is not looked at: that is for whoever
 * has to believe it.
 *
 * @throws {Error} If it is none.
 */
export function tokenIn(answer: BufferSource, { hash, nonce }: StampRequest): Uint8Array {
  const { status, timeStampToken } = parsed(answer, TimeStampResp);
  if (status.status !== PKIStatus.granted && status.status !== PKIStatus.grantedWithMods || !timeStampToken) {
    const why = [...status.statusString ?? []].join(", ");
    throw new Error(`it refused (status ${status.status})${why === "" ? "" : `: ${why}`}`);
  }
  const { eContentType, eContent } = timeStampToken.contentType === id_signedData
    ? parsed(timeStampToken.content, SignedData).encapContentInfo
    : {};
  if (eContentType !== id_ct_tstInfo || !eContent?.single) throw new Error("its answer holds no time stamp");
  const stamp = parsed(eContent.single.buffer, TSTInfo);
  const { hashAlgorithm, hashedMessage } = stamp.messageImprint;
  if (hashAlgorithm.algorithm !== SHA_256 || !same(hashedMessage.buffer, hash)) {
    throw new Error("its time stamp is of something else");
  }
  if (stamp.nonce === undefined || !same(stamp.nonce, nonce)) {
    throw new Error("its time stamp answers another question");
  }
  return new Uint8Array(AsnConvert.serialize(timeStampToken));
}

function parsed<Type>(der: BufferSource, kind: new () => Type): Type {
  try {
    return AsnConvert.parse(der, kind);
  } catch (error) {
    throw new Error(`its answer is none of RFC 3161: ${wordsOf(error)}`, { cause: error });
  }
}

function same(one: ArrayBuffer, other: Uint8Array): boolean {
  return new Uint8Array(one).toHex() === other.toHex();
}
