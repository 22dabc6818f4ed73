/** What Deno says of a server's certificate that it does not take, and what that means for whoever asks the server. */
const MEANINGS: readonly { says: RegExp; means: string }[] = [
  {
    says: /UnknownIssuer/,
    means: "nobody who is trusted here has signed its certificate. Name that certificate, or its issuer's, with --ca",
  },
  {
    says: /CaUsedAsEndEntity/,
    means: "its certificate is an authority's own (CA:TRUE), which no server may show. Give it one with CA:FALSE",
  },
  {
    says: /not valid for name|NotValidForName/,
    means:
      "its certificate is for another name. Let --url have a name that the certificate has, or it the one of --url",
  },
  {
    says: /Expired|NotValidYet/,
    means: "its certificate is not valid at this time. Give it a new one, or set the clock",
  },
];

/** Explains why a connection was not made, if it was for the server's certificate; gives Deno's words for anything else. */
export function explainCertificate(words: string): string {
  const meaning = MEANINGS.find(({ says }) => says.test(words));
  return meaning === undefined ? words : `${meaning.means} (${words})`;
}
