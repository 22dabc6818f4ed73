/**
 * A message into bytes.
 *
 * @module
 */
import { isRequest, type SipMessage } from "./message.ts";
import { isToken } from "./text.ts";

const URI = /^[!-~]+$/;
const REASON = /^[^\r\n\0]*$/;

/**
 * Writes a message. Content-Length is set to what the body has, whatever the headers say.
 *
 * @throws {TypeError} If the start line could be read as something else: the headers have been checked already when
 * they were put in.
 */
export function writeMessage(message: SipMessage): Uint8Array<ArrayBuffer> {
  let head = `${startLine(message)}\r\n`;
  for (const [name, value] of message.headers) if (name !== "Content-Length") head += `${name}: ${value}\r\n`;
  head += `Content-Length: ${message.body.length}\r\n\r\n`;
  const headBytes = new TextEncoder().encode(head);
  const bytes = new Uint8Array(headBytes.length + message.body.length);
  bytes.set(headBytes);
  bytes.set(message.body, headBytes.length);
  return bytes;
}

function startLine(message: SipMessage): string {
  if (isRequest(message)) {
    const { method, uri } = message;
    if (!isToken(method)) throw new TypeError(`Cannot send the method ${JSON.stringify(method)}: it must be a token`);
    if (!URI.test(uri)) throw new TypeError(`Cannot send a request to ${JSON.stringify(uri)}: it must be a URI`);
    return `${method} ${uri} SIP/2.0`;
  }
  const { status, reason } = message;
  if (!Number.isInteger(status) || status < 100 || status > 699) {
    throw new TypeError(`Cannot send the status ${status}: it must be from 100 to 699`);
  }
  if (!REASON.test(reason)) {
    throw new TypeError(`Cannot send the reason ${JSON.stringify(reason)}: it must be one line without NUL`);
  }
  return `SIP/2.0 ${status} ${reason}`;
}
