/**
 * JSON-RPC 2.0 as its specification has it: how many answers a text must get, and whether an answer is one.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { checkRpcError } from "./documented.ts";

/** The longest batch that is taken. */
const MOST_MESSAGES = 100;

/** What a text must be answered: nothing, one answer, or an array of so many. */
export type Expected = { readonly answers: 0 | 1; readonly batch: false } | {
  readonly answers: number;
  readonly batch: true;
};

/** Tells what a text must be answered. */
export function expectedOf(text: string): Expected {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { answers: 1, batch: false };
  }
  if (!Array.isArray(value)) return { answers: isPassedOver(value) ? 0 : 1, batch: false };
  if (value.length === 0 || value.length > MOST_MESSAGES) return { answers: 1, batch: false };
  const answers = value.filter((message) => !isPassedOver(message)).length;
  return answers === 0 ? { answers: 0, batch: false } : { answers, batch: true };
}

/** A call without an id, and an answer to what nobody asked; what is neither is answered all the same. */
function isPassedOver(message: unknown): boolean {
  if (typeof message !== "object" || message === null || Array.isArray(message)) return false;
  const { jsonrpc, method, params = {} } = message as Record<string, unknown>;
  if (!Object.hasOwn(message, "method")) return Object.hasOwn(message, "result") || Object.hasOwn(message, "error");
  return !Object.hasOwn(message, "id") && jsonrpc === "2.0" && typeof method === "string" &&
    typeof params === "object" && params !== null;
}

/** Whether a text that has come is an event and no answer. */
export function isEvent(value: unknown): boolean {
  return typeof value === "object" && value !== null && "method" in value;
}

/** Fails unless a value is what must be answered. */
export function checkAnswer(value: unknown, expected: Expected): void {
  const answers = expected.batch ? value : [value];
  ok(Array.isArray(answers), `a batch is answered by ${JSON.stringify(value)}`);
  ok(answers.length === (expected.batch ? expected.answers : 1), `${answers.length} answers, not ${expected.answers}`);
  for (const { jsonrpc, id, result, error, ...more } of answers) {
    deepEqual(more, {});
    ok(jsonrpc === "2.0", JSON.stringify(value));
    ok(id === null || typeof id === "string" || typeof id === "number", JSON.stringify(value));
    ok((result === undefined) !== (error === undefined), JSON.stringify(value));
    if (error !== undefined) checkRpcError(error);
  }
}
