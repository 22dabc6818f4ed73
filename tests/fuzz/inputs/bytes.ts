/**
 * Bytes as they stand in a corpus: text, in which a lone half of a surrogate pair from U+DC80 to U+DCFF is the byte 0x80 to 0xFF.
 *
 * @module
 */

const encoder = new TextEncoder();

/** The bytes that a text stands for. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return encoder.encode(text);
  const parts = text.split(/([\udc80-\udcff])/u).map((part, index) =>
    index % 2 === 1 ? Uint8Array.of(part.charCodeAt(0) - 0xdc00) : encoder.encode(part)
  );
  return joined(parts);
}

/** The bytes of them all, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
