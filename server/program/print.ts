/**
 * What the server prints to standard output, for the person or script that waits for it; what an operator reads later is the log.
 *
 * @module
 */

/** Prints the first token, as soon as it is kept: whatever fails afterwards, it is shown this once only. */
export function showToken(token: string): void {
  console.log(`token ${token}\n(the admin's, shown this once: only its hash is kept)`);
}

/** Prints where the server listens and a call to try. */
export function greet({ url, token }: { url: string; token: string | undefined }): void {
  console.log(`listening on ${url}`);
  console.log(`try: curl -H "Authorization: Bearer ${token ?? "TOKEN"}" ${url}/v1/phones`);
}
