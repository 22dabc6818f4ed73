/**
 * Doing what `devSpecific` asks for.
 *
 * @module
 */
import type { AccountConfiguration } from "../configuration.ts";
import type { Call } from "../lib/call/mod.ts";
import { RequestRefused } from "../lib/dialog/mod.ts";
import { unlessAborted } from "../lib/tools/mod.ts";
import { type Answer, type Order, type RawRequest, tellAnswer } from "./order.ts";
import { noCall, sendRaw } from "./raw_request.ts";
import type { Reach } from "./reach.ts";

/** What an order is obeyed with. */
export interface ObeyParts {
  allow: AccountConfiguration["allow"];
  reach: Reach;
  /** The call that is up. */
  call: Call | undefined;
  signal: AbortSignal;
  /** Names the request to whom the answer is told. */
  requestId: number;
  /** Tells the application. */
  tell(params: Uint8Array): void;
}

/** What an order does, for people. */
export function deedOf(order: Order): string {
  return order.do === "request" ? `send ${order.request.method} to` : `send ${order.do} to`;
}

/**
 * Does what is asked for; fulfilled when the phone has said so.
 *
 * @throws {PhoneError} If the configuration does not allow it, or it needs a call and none is up.
 * @throws {RequestRefused} What the phone says against it.
 */
export async function obey(order: Order, parts: ObeyParts): Promise<void> {
  if (order.do === "request") return await send(order.request, parts);
  const { call, signal } = parts;
  if (!call) throw noCall(order.do === "hold" ? "hold" : "send digits");
  await unlessAborted(order.do === "hold" ? call.hold(order.on) : call.sendDigits(order.digits, signal), signal);
}

/** Sends a request, and tells whatever it is answered: an application that words its own requests wants to read the phone's words. */
async function send(request: RawRequest, parts: ObeyParts): Promise<void> {
  const tell = (answer: Answer) => parts.tell(tellAnswer(answer, parts.requestId));
  try {
    tell(await sendRaw(request, parts));
  } catch (error) {
    if (error instanceof RequestRefused) tell(error);
    throw error;
  }
}
