/**
 * Answers as JSON-RPC 2.0 writes them.
 *
 * @module
 */
import { Refusal, rpcErrorOf } from "../api/mod.ts";
import type { RpcId } from "./message.ts";

/** An answer on its way. */
export interface Answer {
  /** Of its call; undefined for a notification, whose answer is not sent. */
  readonly id: RpcId | undefined;
  /** What was called; empty if that cannot be told. */
  readonly method: string;
  /** What its caller is told. */
  readonly outcome: { readonly result: unknown } | { readonly error: object };
  /** To be called once, when the answer has been handed out, whatever became of it. */
  handedOut?(): void;
}

/** What tells that something was done is never longer, and is always sent. */
const SHORT = 1_024;

/** The text of an answer; undefined for a notification's. */
export function textOf({ id, outcome }: Answer): string | undefined {
  return id === undefined ? undefined : JSON.stringify({ jsonrpc: "2.0", id, ...outcome });
}

/**
 * The text of a batch's answers; undefined if it had notifications only.
 *
 * A small batch can ask for more than the memory holds. So what would make the text longer than `limit` is refused in
 * its place, and after it all that the same method answers: to make texts for nothing would hold everybody up.
 */
export function batchTextOf(answers: readonly Answer[], limit: number): string | undefined {
  const texts: string[] = [];
  const refused = new Set<string>();
  let length = 0;
  for (const answer of answers) {
    let text = refused.has(answer.method) ? undefined : textOf(answer);
    if (text === undefined || (text.length > SHORT && length + text.length > limit)) {
      if (answer.id === undefined) continue;
      refused.add(answer.method);
      text = textOf({ ...answer, outcome: { error: rpcErrorOf(tooLarge(limit)) } });
    }
    if (text === undefined) continue;
    texts.push(text);
    length += text.length;
  }
  return texts.length > 0 ? `[${texts.join()}]` : undefined;
}

function tooLarge(limit: number): Refusal {
  return new Refusal(
    "too-large",
    `The answers to the batch would have more than ${limit} bytes with this one: call the method again by itself`,
  );
}
