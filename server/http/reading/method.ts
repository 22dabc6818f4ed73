/** The methods that HTTP knows (RFC 9110, section 9; PATCH of RFC 5789). */
const KNOWN: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
]);

/** A method in one word: what a client has made up, of whatever length, is `other`. */
export function methodWord(method: string): string {
  return KNOWN.has(method) ? method : "other";
}
