/**
 * The parts of a body that has several (RFC 2046 5.1, RFC 5621).
 *
 * @module
 */
import { endOfHead, readHeaders, strictHeadText, unfold } from "./head.ts";
import type { SipHeaders } from "./headers.ts";
import { MalformedMessage } from "./message.ts";

/** Parts of one body; a description, and what goes with it, are two or three. */
const MOST_PARTS = 16;

/** What has a body: a message, or one part of one. */
export interface Entity {
  readonly headers: SipHeaders;
  readonly body: Uint8Array;
}

/** One character for each byte, so that places in the text are places in the bytes. */
const bytewise = new TextDecoder("latin1");

/**
 * Takes a body apart. What stands before the first boundary and after the last is of no part.
 *
 * @throws {MalformedMessage} If it has no boundary, too many parts, or a part whose head cannot be read.
 */
export function splitParts(body: Uint8Array, boundary: string | undefined): Entity[] {
  if (!boundary) throw new MalformedMessage(400, "A multipart body needs a boundary");
  const lines = new RegExp(`(?:^|\\r\\n)--${RegExp.escape(boundary)}(--)?[ \\t]*(?=\\r\\n|$)`, "g");
  const marks = [...bytewise.decode(body).matchAll(lines)];
  const last = marks.findIndex(([, closing]) => closing !== undefined);
  if (last < 1) throw new MalformedMessage(400, "A multipart body must have its first and its closing boundary");
  if (last > MOST_PARTS) throw new MalformedMessage(400, `A body must not have more than ${MOST_PARTS} parts`);
  return marks.slice(0, last).map(({ 0: mark, index }, nth) =>
    readPart(body.subarray(index + mark.length, marks[nth + 1]?.index))
  );
}

/** A part begins with the line break of its boundary, and has a head that may be empty. */
function readPart(bytes: Uint8Array): Entity {
  const end = endOfHead(bytes);
  if (end < 0) throw new MalformedMessage(400, "Each part of a body must have an empty line after its headers");
  // The first line is never folded: it is that of the boundary.
  const [, ...lines] = unfold(`boundary${strictHeadText(bytes.subarray(0, end))}`);
  return { headers: readHeaders(lines), body: bytes.subarray(end) };
}
