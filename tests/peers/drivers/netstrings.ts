/**
 * Netstrings, in which baresip speaks: `LENGTH:BYTES,`.
 *
 * @module
 */

const COLON = ":".charCodeAt(0);

/** The netstring of a text. */
export function netstring(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  return new TextEncoder().encode(`${bytes.length}:${text},`);
}

/** Hands the text of each netstring of a stream on, until it ends; what is cut off by its end is dropped. */
export async function forEachNetstring(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  let rest = new Uint8Array();
  for await (const bytes of stream) {
    rest = Uint8Array.from([...rest, ...bytes]);
    for (;;) {
      const colon = rest.indexOf(COLON);
      const start = colon + 1;
      const end = start + Number(new TextDecoder().decode(rest.subarray(0, Math.max(colon, 0))));
      if (colon < 0 || rest.length <= end) break;
      take(new TextDecoder().decode(rest.subarray(start, end)));
      rest = rest.slice(end + 1);
    }
  }
}
