/**
 * Sessions of browsers: a page's WebSocket can carry no token, but a cookie goes with it by itself.
 *
 * They live in memory, as hashes of their secrets, and do not outlive the server.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../core/ports.ts";
import type { Token, Tokens } from "./ports.ts";

/** How long a session lasts that is not used, seconds. */
export const SESSION_SECONDS = 12 * 60 * 60;

/** Sessions at once; past that, the one that was not used for the longest time ends. */
const MOST_SESSIONS = 10_000;

/** The sessions that there are. */
export interface SessionTable {
  /** Begins a session of a token and gives its secret. */
  begin(token: Token): string;
  /** The token of the session with this secret, whose time begins anew; undefined if there is none, or its token is void. */
  find(secret: string): Token | undefined;
  /** Ends the session with this secret, if there is one. */
  end(secret: string): void;
}

/** Makes an empty table. */
export function sessionTable(clock: Clock, tokens: Tokens): SessionTable {
  /** In the order of their last use, because each use puts one at the end. */
  const sessions = new Map<string, { token: string; usedAt: number }>();
  const use = (hash: string, token: string) => {
    sessions.delete(hash);
    sessions.set(hash, { token, usedAt: clock.monotonic() });
  };
  const forget = () => {
    const oldest = clock.monotonic() - SESSION_SECONDS * 1_000;
    for (const [hash, { usedAt }] of sessions) {
      if (usedAt >= oldest && sessions.size < MOST_SESSIONS) return;
      sessions.delete(hash);
    }
  };
  return {
    begin(token) {
      forget();
      const secret = randomBytes(32).toString("base64url");
      use(hashOf(secret), token.id);
      return secret;
    },
    find(secret) {
      const hash = hashOf(secret);
      const session = sessions.get(hash);
      if (session === undefined) return undefined;
      const token = tokens.get(session.token);
      const fresh = clock.monotonic() - session.usedAt <= SESSION_SECONDS * 1_000;
      if (token !== undefined && fresh) use(hash, token.id);
      else sessions.delete(hash);
      return fresh ? token : undefined;
    },
    end: (secret) => void sessions.delete(hashOf(secret)),
  };
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64");
}
