/**
 * One request of ours and its final answer, with the challenge between them.
 *
 * @module
 */
import { authorization, type Credentials } from "../digest/mod.ts";
import { type Header, type SipRequest, type SipResponse, writeMessage } from "../message/mod.ts";
import { TransactionTimeout } from "../transaction/mod.ts";
import { type Peer, TransportError } from "../transport/mod.ts";
import type { AgentContext } from "./agent_context.ts";
import type { Dialog } from "./dialog.ts";
import { RequestRefused } from "./refusal.ts";

/** How a request is made and sent. */
export interface ExchangeOptions {
  /** Makes it, with the next CSeq each time; the second time with the answer to a challenge. */
  build(authorization: readonly Header[]): SipRequest;
  /** Sends it. */
  send(request: SipRequest): Promise<SipResponse>;
  /** Without them a challenge is the answer. */
  credentials: Credentials | undefined;
}

/** A request, and what was answered in the end. */
export interface Exchanged {
  request: SipRequest;
  response: SipResponse;
}

/**
 * Sends a request and answers one challenge (RFC 3261 22.2); a second one says that the answer was wrong.
 *
 * @throws {RequestRefused} (rejected) 408 or 503 when no answer came (8.1.3.1); whatever else `send` says.
 */
export async function exchange(options: ExchangeOptions): Promise<Exchanged> {
  const exchanged = await attempt(options, []);
  const { request, response } = exchanged;
  const challenged = response.status === 401 || response.status === 407;
  const answer = challenged && options.credentials ? authorization(response, request, options.credentials) : undefined;
  return answer ? await attempt(options, [answer]) : exchanged;
}

async function attempt({ build, send }: ExchangeOptions, authorization: readonly Header[]): Promise<Exchanged> {
  return await answerOf(async () => {
    const request = build(authorization);
    return { request, response: await send(request) };
  });
}

/**
 * Gives what is answered.
 *
 * @throws {RequestRefused} (rejected) 408 or 503 when no answer came; whatever else `ask` says.
 */
export async function answerOf<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TransactionTimeout) throw new RequestRefused({ status: 408, reason: "Request Timeout" });
    if (error instanceof TransportError) throw new RequestRefused({ status: 503, reason: error.message });
    throw error;
  }
}

/**
 * RFC 3428 8: a MESSAGE over UDP must not be longer, because nothing keeps many of them from filling a slow network.
 */
const MOST_BYTES = 1_300;

/** What the endpoint's Via takes at most. */
const VIA_BYTES = 120;

/** @throws {RequestRefused} 513 if a MESSAGE would be too long for UDP. */
export function requireFits(request: SipRequest, to: Peer): void {
  if (request.method !== "MESSAGE" || to.transport !== "udp") return;
  const bytes = writeMessage(request).length + VIA_BYTES;
  if (bytes <= MOST_BYTES) return;
  const reason = `Message Too Large: ${bytes} bytes, of which UDP takes ${MOST_BYTES}; shorten the text or use TCP`;
  throw new RequestRefused({ status: 513, reason });
}

/** Sends a request inside of the dialog, and answers a challenge. */
export function exchangeInside(
  { agent, dialog, credentials }: { agent: AgentContext; dialog: Dialog; credentials: Credentials | undefined },
  { method, headers = [], body, signal }: {
    method: string;
    headers?: Iterable<Header>;
    body?: Uint8Array;
    signal?: AbortSignal;
  },
): Promise<Exchanged> {
  return exchange({
    credentials,
    build: (authorization) =>
      dialog.request(method, {
        headers: [["User-Agent", agent.product], ...headers, ...authorization],
        ...(body ? { body } : {}),
      }),
    send: (request) => {
      requireFits(request, dialog.peer);
      return agent.endpoint.request(request, { to: dialog.peer, ...(signal ? { signal } : {}) });
    },
  });
}
