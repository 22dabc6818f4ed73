/**
 * What a server says, checked. It is held to the shapes that the server's own documents are made from: fields that they
 * do not name pass, for a later server may have added them.
 *
 * @module
 */
import { isErrorValue, PhoneError } from "../core/contract/errors.ts";
import type { PhoneEvent } from "../core/contract/events.ts";
import {
  anything,
  type Described,
  fits,
  integer,
  nullable,
  object,
  optional,
  type Shape,
  text,
} from "../core/contract/shape.ts";
import { DescribedProblem, EVENTS, RpcError } from "../core/contract/shapes/mod.ts";
import { CallRefused, UnexpectedAnswer } from "./errors.ts";

/**
 * Gives a value back as what it is to be.
 *
 * @param options.what What it is, as a sentence begins: "The answer to phoneOpen".
 * @param options.place How the fault calls the value itself.
 * @throws {UnexpectedAnswer} If it is something else.
 */
export function checked<Value>(
  value: unknown,
  shape: Shape<Value>,
  { what, place = "answer" }: { what: string; place?: string },
): Value {
  if (fits(value, shape)) return value;
  throw new UnexpectedAnswer(
    `${what} is not as expected: ${shape.fault(value, place)}. Is the server of another version?`,
  );
}

/** What a text says in JSON; the text itself if it is no JSON, so that a check says what it is not. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A message of a socket, its parts not yet looked at: what each must be depends on what it is for. */
const Message = object({
  id: optional(nullable(integer())),
  method: optional(text),
  params: optional(anything),
  result: optional(anything),
  error: optional(anything),
});

/** What a socket brings: an event or another notification, which have a method, or an answer. */
export type Message = Described<typeof Message>;

/** Reads a message of a socket. @throws {UnexpectedAnswer} If it is none. */
export function readMessage(data: unknown): Message {
  return checked(jsonOf(String(data)), Message, { what: "What the server sent", place: "message" });
}

/** What every event has. */
const Numbered = object({ seq: integer({ least: 1 }) });

function isEventType(method: string): method is PhoneEvent["type"] {
  return Object.hasOwn(EVENTS, method);
}

/**
 * Reads an event; one of a type that a later server has added has its number alone, and what has none is no event.
 *
 * @throws {UnexpectedAnswer} If it is not what its type says.
 */
export function readEvent(method: string, params: unknown): { seq: number; event?: PhoneEvent } | undefined {
  if (!isEventType(method)) return fits(params, Numbered) ? { seq: params.seq } : undefined;
  const event = checked<PhoneEvent>(params, EVENTS[method], { what: "An event", place: method });
  return { seq: event.seq, event };
}

/** What JSON-RPC keeps for itself: a vendor's own number among them stands in the data. */
const RESERVED = { least: -32_768, most: -32_000 };

/**
 * The error that a JSON-RPC error is to the caller.
 *
 * @param what As {@linkcode checked} is told.
 */
export function refusalOf(error: unknown, what: string): PhoneError | CallRefused {
  const { code, message, data } = checked(error, RpcError, { what, place: "error" });
  if (data !== undefined && "value" in data && isErrorValue(data.value)) return new PhoneError(data.value, message);
  const isTelephony = isErrorValue(code) && (code < RESERVED.least || code > RESERVED.most);
  return isTelephony ? new PhoneError(code, message) : new CallRefused(message, { code });
}

/**
 * The error that a problem of HTTP is to the caller; undefined if it is none: something else than a Switchroom answers.
 */
export function problemOf(value: unknown): PhoneError | CallRefused | undefined {
  if (!fits(value, DescribedProblem)) return undefined;
  const { detail, status, value: number } = value;
  const isTelephony = number !== undefined && isErrorValue(number);
  return isTelephony ? new PhoneError(number, detail) : new CallRefused(detail, { code: status });
}
