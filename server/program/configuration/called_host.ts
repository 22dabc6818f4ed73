/**
 * Which host is called at an address.
 *
 * @module
 */

/** A URL's host where it is one host: Deno has patterns and lists of them, too, and a URL takes nearly any character. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])$/;

/** What is connected to for a URL, as `HOST:PORT`; nothing if it is none of HTTP, or its host can be none. */
export function hostOf(text: string): string[] {
  const url = URL.parse(text);
  const usual = { "http:": "80", "https:": "443" }[url?.protocol ?? ""];
  return url === null || usual === undefined || !HOST.test(url.hostname)
    ? []
    : [`${url.hostname}:${url.port || usual}`];
}
