/**
 * Messages to be read, made of lines.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import {
  isRequest,
  MalformedMessage,
  parseMessage,
  type SipRequest,
  type SipResponse,
} from "../../../../plugins/sip/lib/message/mod.ts";

const encoder = new TextEncoder();

/**
 * The bytes of a message: its lines with CRLF between them, as they are. The empty line is there only if the text has
 * it.
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text.replaceAll("\n", "\r\n"));
}

/** Bytes after one another. */
export function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What a message is made of; what is left out is in order. */
export interface Ingredients {
  start?: string;
  via?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: string;
  maxForwards?: number;
  /** Lines after these. */
  more?: string[];
  body?: string;
}

/** A message of a few lines. */
export function message(ingredients: Ingredients = {}): Uint8Array<ArrayBuffer> {
  const {
    start = "OPTIONS sip:1001@phones.test SIP/2.0",
    via = "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK77",
    from = "<sip:1001@phones.test>;tag=f1",
    to = "<sip:1001@phones.test>",
    callId = "call-1@192.0.2.7",
    cseq = `1 ${start.startsWith("SIP/") ? "OPTIONS" : start.split(" ")[0]}`,
    maxForwards = 70,
    more = [],
    body = "",
  } = ingredients;
  const lines = [
    start,
    `Via: ${via}`,
    `From: ${from}`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq}`,
    `Max-Forwards: ${maxForwards}`,
    ...more,
  ];
  return bytesOf(`${lines.join("\n")}\n\n${body}`);
}

/** Reads what must be a request. */
export function request(bytes: Uint8Array): SipRequest {
  const read = parseMessage(bytes);
  ok(isRequest(read));
  return read;
}

/** Reads what must be a response. */
export function response(bytes: Uint8Array): SipResponse {
  const read = parseMessage(bytes);
  ok(!isRequest(read));
  return read;
}

/** How a message, or whatever is read, is refused. */
export function refusalOf(read: () => unknown): MalformedMessage {
  try {
    read();
  } catch (error) {
    if (error instanceof MalformedMessage) return error;
    throw error;
  }
  throw new Error("It was understood, and should have been refused");
}

/** How a message is refused: with which status, and whether it can be answered. */
export function refusal(bytes: Uint8Array): { status: number; answerable: boolean } {
  const { status, request } = refusalOf(() => parseMessage(bytes));
  return { status, answerable: request !== undefined };
}
