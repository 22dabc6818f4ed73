import { generate } from "selfsigned";
import type { Certificate } from "../../../server/http/mod.ts";

/**
 * Makes a certificate that vouches for itself, and its key: for 127.0.0.1 unless it names a host, and no authority's
 * unless it is to be.
 */
export async function makeCertificate(
  name: string,
  { host, authority = false }: { host?: string; authority?: boolean } = {},
): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: authority, critical: true },
      {
        name: "subjectAltName",
        altNames: [host === undefined ? { type: 7, ip: "127.0.0.1" } : { type: 2, value: host }],
      },
    ],
  });
  return { cert, key };
}
