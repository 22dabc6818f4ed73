/**
 * What an answered call is made of.
 *
 * @module
 */
import type { Credentials } from "../digest/mod.ts";
import type { MediaSession } from "../media/mod.ts";
import type { Header } from "../message/mod.ts";
import { type AgentParts, ALLOW, contact } from "./agent_parts.ts";
import { requireFits } from "./datagram_size.ts";
import type { Dialog } from "./dialog.ts";
import { exchange, type Exchanged } from "./exchange.ts";

/** What an answered call is made of. */
export interface SessionParts {
  agent: AgentParts;
  dialog: Dialog;
  media: MediaSession;
  /** The user part of our Contact. */
  user: string | undefined;
  credentials: Credentials | undefined;
  /** Whether the Call-ID is ours; it decides who waits longer after a glare (RFC 3261 14.1). */
  ours: boolean;
}

/** What every request and answer that may change the session says of us. */
export function selfHeaders({ agent, dialog, user }: SessionParts): Header[] {
  return [contact(agent, { peer: dialog.peer, user }), ["Allow", ALLOW]];
}

/** Sends a request inside of the dialog, and answers a challenge. */
export function exchangeInside(
  { agent, dialog, credentials }: Pick<SessionParts, "agent" | "dialog" | "credentials">,
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
