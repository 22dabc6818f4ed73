/**
 * What `devSpecific` can ask for, and what it is answered: one JSON object with one key.
 *
 * @module
 */
import { PhoneError } from "switchroom/plugin";
import type { Header, SipHeaders } from "../lib/message/mod.ts";

/** A request that is sent as it is asked for. */
export interface RawRequest {
  method: string;
  /** The event of a NOTIFY, with its parameters. */
  event: string | undefined;
  /** Whether it goes into the call that is up. */
  inDialog: boolean;
  headers: readonly Header[];
  /** With its type. */
  body: { type: string; text: string } | undefined;
}

/** How a phone has answered to a request. */
export interface Answer {
  status: number;
  reason: string;
  headers?: SipHeaders | undefined;
  body?: Uint8Array;
}

/** One thing that is asked for. */
export type Command =
  | { do: "request"; request: RawRequest }
  | { do: "digits"; digits: string }
  | { do: "hold"; on: boolean };

const MOST_HEADERS = 16;
const LONGEST_VALUE = 1_024;
const LONGEST_BODY = 8_192;
const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]{1,64}$/;
const METHOD = /^[A-Z]{1,32}$/;
const DIGITS = /^[0-9*#A-D]{1,32}$/;
const TYPE = /^[A-Za-z0-9.!%*_+`'~-]+\/[A-Za-z0-9.!%*_+`'~-]+(?:;[\x20-\x7e]+)?$/;

/** Headers that say whom a message belongs to, who sent it or how it is framed: they are the plugin's affair. */
const OURS = new Set([
  ...["via", "from", "to", "call-id", "cseq", "contact", "max-forwards", "route", "record-route", "event"],
  ...["subscription-state", "content-length", "content-type", "authorization", "proxy-authorization", "require"],
  ...["proxy-require", "user-agent", "server", "www-authenticate", "proxy-authenticate", "replaces", "identity"],
  ...["identity-info", "p-asserted-identity", "p-preferred-identity", "remote-party-id", "privacy", "path"],
]);

/** Compact forms (RFC 3261 7.3.3): one could stand for a header that is ours. */
const COMPACT = /^[a-z]$/i;

/**
 * Reads what is asked for.
 *
 * @throws {PhoneError} `INVALPOINTER` if it is not understood; the message says what would be.
 */
export function readCommand(params: Uint8Array): Command {
  const entries = Object.entries(readObject(params));
  const [key, value] = entries[0] ?? [];
  if (entries.length !== 1) throw refusal("it must have one key");
  switch (key) {
    case "request":
      return { do: "request", request: readRequest(value) };
    case "digits":
      if (typeof value === "string" && DIGITS.test(value)) return { do: "digits", digits: value };
      throw refusal('"digits" must be 1 to 32 of 0-9 * # A-D');
    case "hold":
      if (typeof value === "boolean") return { do: "hold", on: value };
      throw refusal('"hold" must be true or false');
    default:
      throw refusal(`"${key?.slice(0, 64)}" is not known; request, digits and hold are`);
  }
}

/** What an application is told of the answer to its request. */
export function tellAnswer({ status, reason, headers, body }: Answer, requestId: number): Uint8Array {
  const contentType = headers?.get("Content-Type");
  const text = new TextDecoder().decode(body?.subarray(0, LONGEST_BODY));
  const content = text === "" ? {} : { ...contentType !== undefined && { contentType }, body: text };
  return tell({ answer: { requestId, status, reason, ...content } });
}

/** What an application is told of a number that the phone's person has dialled. */
export function tellDialled(dialled: string): Uint8Array {
  return tell({ dialled });
}

function tell(message: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}

function readObject(params: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(params));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, together with JSON that is no object.
  }
  throw refusal("params must be a JSON object in UTF-8");
}

function readRequest(value: unknown): RawRequest {
  const { method, event, inDialog = false, headers = {}, contentType, body, ...others } = recordOf(value, "request");
  if (Object.keys(others).length > 0) {
    throw refusal('"request" may have method, event, inDialog, headers, contentType and body');
  }
  if (typeof method !== "string" || !METHOD.test(method)) throw refusal('"method" must be a method such as "OPTIONS"');
  if (typeof inDialog !== "boolean") throw refusal('"inDialog" must be true or false');
  if ((method === "NOTIFY") !== (event !== undefined)) {
    throw refusal('"event" must be there for a NOTIFY, and only then');
  }
  if (event !== undefined && !isValue(event)) throw refusal(`"event" must be text of one line`);
  return { method, event, inDialog, headers: readHeaders(headers), body: readBody(contentType, body) };
}

function readHeaders(value: unknown): Header[] {
  const entries = Object.entries(recordOf(value, "headers"));
  if (entries.length > MOST_HEADERS) throw refusal(`"headers" must be at most ${MOST_HEADERS}`);
  return entries.map(([name, text]) => {
    if (!TOKEN.test(name)) throw refusal(`"${name.slice(0, 64)}" must be the name of a header`);
    if (COMPACT.test(name)) throw refusal(`the header ${name} must be written out`);
    if (OURS.has(name.toLowerCase())) throw refusal(`the header ${name} is set by Switchroom alone`);
    if (!isValue(text)) {
      throw refusal(`the header ${name} must be text of one line, at most ${LONGEST_VALUE} characters`);
    }
    return [name, text];
  });
}

function readBody(type: unknown, text: unknown): RawRequest["body"] {
  if (type === undefined && text === undefined) return undefined;
  if (typeof type !== "string" || type.length > LONGEST_VALUE || !TYPE.test(type)) {
    throw refusal('"contentType" must go with "body", such as "text/plain"');
  }
  if (typeof text !== "string" || text.length > LONGEST_BODY) {
    throw refusal(`"body" must be text of at most ${LONGEST_BODY} characters`);
  }
  return { type, text };
}

function recordOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refusal(`"${name}" must be an object`);
}

function isValue(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_VALUE && !/\p{Cc}/u.test(value);
}

function refusal(why: string): PhoneError {
  return new PhoneError("INVALPOINTER", `A SIP phone cannot do that: ${why}`);
}
