/**
 * One request of ours and its final answer, with the challenge between them.
 *
 * @module
 */
import { authorization, type Credentials } from "../digest/mod.ts";
import type { Header, SipRequest, SipResponse } from "../message/mod.ts";
import { TransactionTimeout } from "../transaction/mod.ts";
import { TransportError } from "../transport/mod.ts";
import { CallRefused } from "./refusal.ts";
import type { AgentParts } from "./agent_parts.ts";
import type { Dialog } from "./dialog.ts";
import { requireFits } from "./datagram_size.ts";

/** How a request is made and sent. */
export interface ExchangeParts {
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
 * @throws {CallRefused} (rejected) 408 or 503 when no answer came (8.1.3.1); whatever else `send` says.
 */
export async function exchange(parts: ExchangeParts): Promise<Exchanged> {
  const exchanged = await ask(parts, []);
  const { request, response } = exchanged;
  const challenged = response.status === 401 || response.status === 407;
  const answer = challenged && parts.credentials ? authorization(response, request, parts.credentials) : undefined;
  return answer ? await ask(parts, [answer]) : exchanged;
}

async function ask({ build, send }: ExchangeParts, authorization: readonly Header[]): Promise<Exchanged> {
  try {
    const request = build(authorization);
    return { request, response: await send(request) };
  } catch (error) {
    if (error instanceof TransactionTimeout) throw new CallRefused({ status: 408, reason: "Request Timeout" });
    if (error instanceof TransportError) throw new CallRefused({ status: 503, reason: error.message });
    throw error;
  }
}

/** Sends a request inside of the dialog, and answers a challenge. */
export function exchangeInside(
  { agent, dialog, credentials }: { agent: AgentParts; dialog: Dialog; credentials: Credentials | undefined },
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
