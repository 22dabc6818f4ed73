/**
 * What an answered call is made of.
 *
 * @module
 */
import { type AgentParts, contact, type Dialog } from "../dialog/mod.ts";
import type { Credentials } from "../digest/mod.ts";
import type { MediaSession } from "../media/mod.ts";
import type { Header } from "../message/mod.ts";
import { ALLOW } from "./call.ts";

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
