/**
 * Bytes into a message.
 *
 * @module
 */
import { checkHeaders } from "./check.ts";
import { contentLength, CR, endOfHead, LF, readHeaders, strictHeadText, unfold } from "./head.ts";
import type { SipHeaders } from "./headers.ts";
import { MalformedMessage, MESSAGE_BOUNDS, type MessageBounds, type SipMessage } from "./message.ts";
import { salvageRequest } from "./salvage.ts";
import { isToken } from "./text.ts";
import { parseUri } from "./uri.ts";

const VERSION = /^SIP\/\d+\.\d+$/i;
const STATUS_LINE = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n\0]*))?$/i;
const SCHEME = /^[a-z][a-z\d+.-]*:/i;

/**
 * Reads a message and checks what every element must rely on: the start line, and Via, From, To, Call-ID, CSeq,
 * Max-Forwards and Content-Length. Bytes after the length that it gives are not of the message (RFC 3261 18.3); without
 * one the body goes to the end.
 *
 * @throws {MalformedMessage} If it is not a message, or is more than the bounds allow.
 */
export function parseMessage(bytes: Uint8Array, bounds: MessageBounds = MESSAGE_BOUNDS): SipMessage {
  const message = bytes.subarray(lineBreaksAtStart(bytes));
  try {
    return parse(message, bounds);
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    throw new MalformedMessage(error.status, error.reason, { request: salvageRequest(message, bounds) });
  }
}

/** Line breaks before a message are to be passed over (RFC 3261 7.5). */
function lineBreaksAtStart(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2;
  return at;
}

function parse(bytes: Uint8Array, bounds: MessageBounds): SipMessage {
  if (bytes.length > bounds.mostBytes) throw new MalformedMessage(513, "Message Too Large");
  const end = endOfHead(bytes);
  if (end < 0) throw new MalformedMessage(400, "The headers do not end with an empty line");
  const [startLine = "", ...lines] = unfold(strictHeadText(bytes.subarray(0, end)));
  if (lines.length > bounds.mostHeaders) throw new MalformedMessage(513, "Too Many Headers");
  const tooLong = (line: string) => line.length > bounds.mostLine;
  if (tooLong(startLine) || lines.some(tooLong)) throw new MalformedMessage(513, "Header Too Long");
  const headers = readHeaders(lines);
  const body = cutBody(bytes.subarray(end), headers);
  const message = { ...readStartLine(startLine), headers, body };
  checkHeaders(message);
  return message;
}

function cutBody(rest: Uint8Array, headers: SipHeaders): Uint8Array {
  const length = contentLength(headers) ?? rest.length;
  if (length > rest.length) throw new MalformedMessage(400, "Content-Length is more than the bytes that came");
  return rest.slice(0, length);
}

type StartLine = { method: string; uri: string } | { status: number; reason: string };

function readStartLine(line: string): StartLine {
  const status = STATUS_LINE.exec(line);
  if (status) return { status: Number(status[1]), reason: status[2] ?? "" };
  const [method = "", uri = "", version = "", ...more] = line.split(" ");
  if (!isToken(method) || uri === "" || !VERSION.test(version) || more.length > 0) {
    throw new MalformedMessage(400, "The first line must be that of a SIP request or response");
  }
  if (version.toUpperCase() !== "SIP/2.0") throw new MalformedMessage(505, "Version Not Supported");
  checkRequestUri(uri);
  return { method, uri };
}

function checkRequestUri(uri: string): void {
  if (!/^sips?:/i.test(uri) && SCHEME.test(uri)) throw new MalformedMessage(416, "Unsupported URI Scheme");
  if (parseUri(uri).headers !== undefined) throw new MalformedMessage(400, "The Request-URI must not have headers");
}
