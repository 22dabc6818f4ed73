/**
 * Messages of a socket's client, read as JSON-RPC 2.0.
 *
 * @module
 */
import { type ApiBounds, checkJson, Refusal } from "../api/mod.ts";
import { Inexact, parseJson } from "../core/contract/exact_json.ts";

/** What ties an answer to its call. */
export type RpcId = string | number | null;

/** A call as it came: well-formed, and nothing more is known of it. */
export interface RpcCall {
  /** undefined for a notification, which is not answered. */
  readonly id: RpcId | undefined;
  /** What is called. */
  readonly method: string;
  /** With what; empty if left out. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Its share of the text that it came in, in characters. */
  readonly length: number;
  /** Whether others came with it, whose answers wait for its own. */
  readonly isBatched: boolean;
}

/** A message that is no call, and why. */
export interface BadMessage {
  /** The id that it had; null if none can be found, undefined for a notification, which is not answered. */
  readonly id: RpcId | undefined;
  /** What its sender is told. */
  readonly refusal: Refusal;
}

/** One message, or what stands in the place of one in a batch. */
export type Message = RpcCall | BadMessage;

/**
 * Reads a text: one message, or an array of them if it is a batch. Answers are in neither, for nothing was asked: a
 * client that speaks JSON-RPC both ways may answer our events. It never throws.
 */
export function readMessages(text: string, bounds: ApiBounds): Message | Message[] {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return bad(null, new Refusal("unparsable", "The message is not valid JSON"));
  }
  if (!Array.isArray(value)) {
    return isAnswer(value) ? [] : readMessage(value, { bounds, length: text.length, isBatched: false });
  }
  const { length } = value;
  if (length > 0 && length <= bounds.batch) {
    return value.filter((item) => !isAnswer(item))
      .map((item) => readMessage(item, { bounds, length: text.length / length, isBatched: true }));
  }
  const detail = `The batch has ${length} messages; it must have 1 to ${bounds.batch}`;
  return bad(null, new Refusal("invalid-message", detail));
}

function readMessage(
  value: unknown,
  { bounds, ...share }: { bounds: ApiBounds } & Pick<RpcCall, "length" | "isBatched">,
): Message {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return bad(null, new Refusal("invalid-message", "The message is not an object"));
  }
  const { jsonrpc, id, method, params = {} } = value as Record<string, unknown>;
  // Two calls whose ids are rounded to the same could be given one another's answer.
  if (id instanceof Inexact) return invalid(null, `id is ${id.words}`);
  if (id !== undefined && !isId(id)) return invalid(null, "id must be a string, a number or null");
  const answered = id ?? null;
  if (jsonrpc !== "2.0") return invalid(answered, 'jsonrpc must be "2.0"');
  if (typeof method !== "string") return invalid(answered, "method must be a string");
  if (typeof params !== "object" || params === null || params instanceof Inexact) {
    return invalid(answered, "params must be an object");
  }
  if (Array.isArray(params)) {
    return bad(id, new Refusal("bad-request", "params is an array; it must be an object: parameters have names"));
  }
  try {
    checkJson(value, { depth: bounds.jsonDepth, what: "message" });
  } catch (error) {
    if (error instanceof Refusal) return bad(id, error);
    throw error;
  }
  return { id, method, params: params as Record<string, unknown>, ...share };
}

function isAnswer(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Object.hasOwn(value, "method") &&
    (Object.hasOwn(value, "result") || Object.hasOwn(value, "error"));
}

function isId(id: unknown): id is RpcId {
  return id === null || typeof id === "string" || typeof id === "number";
}

function invalid(id: RpcId, detail: string): BadMessage {
  return bad(id, new Refusal("invalid-message", `The message is not a call of JSON-RPC 2.0: ${detail}`));
}

function bad(id: RpcId | undefined, refusal: Refusal): BadMessage {
  return { id, refusal };
}
