/**
 * Sessions of browsers: a page's WebSocket can carry no token, but a cookie goes with it by itself.
 *
 * They live in memory, as hashes of their secrets, and do not outlive the server.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../core/ports.ts";
import type { Token, Tokens } from "./token.ts";

/** How long a session lasts that is not used, seconds. */
export const SESSION_SECONDS = 12 * 60 * 60;

/** Sessions of each token at once; past that, the one that was not used for the longest time ends. */
const MOST_SESSIONS = 64;

/** The sessions that there are. */
export interface SessionTable {
  /** Begins a session of a token and gives its secret. */
  begin(token: Token): string;
  /** The token of the session with this secret, whose time begins anew; undefined if there is none, or its token is void. */
  find(secret: string): Token | undefined;
  /** Has the end of the session with this secret told to what was opened with it, until the returned function is called. */
  onEnd(secret: string, tell: () => void): () => void;
  /** Ends the session with this secret, if there is one. */
  end(secret: string): void;
}

interface Session {
  readonly hash: string;
  readonly token: string;
  /** Told when it is ended. */
  readonly told: Set<() => void>;
  usedAt: number;
}

/** Makes an empty table. */
export function sessionTable(clock: Clock, tokens: Tokens): SessionTable {
  /** In the order of their last use, because each use puts one at the end; so are those of each token. */
  const sessions = new Map<string, Session>();
  const byToken = new Map<string, Set<Session>>();

  const remove = (session: Session) => {
    sessions.delete(session.hash);
    const own = byToken.get(session.token);
    if (own?.delete(session) && own.size === 0) byToken.delete(session.token);
  };
  const use = (session: Session) => {
    remove(session);
    session.usedAt = clock.monotonic();
    sessions.set(session.hash, session);
    byToken.set(session.token, (byToken.get(session.token) ?? new Set()).add(session));
  };
  const isFresh = ({ usedAt }: Session) => clock.monotonic() - usedAt <= SESSION_SECONDS * 1_000;
  const forget = () => {
    for (const session of sessions.values()) {
      if (isFresh(session)) return;
      remove(session);
    }
  };

  return {
    begin({ id }) {
      forget();
      const own = byToken.get(id) ?? new Set();
      for (const session of own) if (own.size >= MOST_SESSIONS) remove(session);
      const secret = randomBytes(32).toString("base64url");
      use({ hash: hashOf(secret), token: id, told: new Set(), usedAt: 0 });
      return secret;
    },
    find(secret) {
      const session = sessions.get(hashOf(secret));
      if (session === undefined) return undefined;
      const token = isFresh(session) ? tokens.get(session.token) : undefined;
      if (token !== undefined) use(session);
      else remove(session);
      return token;
    },
    onEnd(secret, tell) {
      const told = sessions.get(hashOf(secret))?.told;
      told?.add(tell);
      return () => void told?.delete(tell);
    },
    end(secret) {
      const session = sessions.get(hashOf(secret));
      if (session === undefined) return;
      remove(session);
      for (const tell of session.told) tell();
    },
  };
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64");
}
