/**
 * Logins of browsers: a page's WebSocket can carry no token, but a cookie goes with it by itself.
 *
 * They are kept in memory, as hashes of their secrets, and do not outlive the server.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../core/mod.ts";
import type { Token, Tokens } from "./token.ts";

/** How long a login lasts that is not used, seconds. */
export const LOGIN_SECONDS = 12 * 60 * 60;

/** Logins of each token at once; past that, the one that was not used for the longest time ends. */
const MOST_LOGINS = 64;

/** The logins that there are. */
export interface LoginTable {
  /** Begins a login of a token and gives its secret. */
  begin(token: Token): string;
  /**
   * The token of the login with this secret, whose time begins anew; undefined if there is none, or its token is void.
   */
  find(secret: string): Token | undefined;
  /**
   * Has the end of the login with this secret told to what was opened with it, until the returned function is called.
   */
  onEnd(secret: string, tell: () => void): () => void;
  /** Ends the login with this secret, if there is one. */
  end(secret: string): void;
}

interface Login {
  readonly hash: string;
  readonly token: Token;
  /** Called when it is ended. */
  readonly listeners: Set<() => void>;
  usedAt: number;
}

/** Makes an empty table. */
export function loginTable(clock: Clock, tokens: Tokens): LoginTable {
  /** In the order of their last use, because each use puts one at the end; so are those of each token. */
  const logins = new Map<string, Login>();
  const byToken = new Map<string, Set<Login>>();

  const remove = (login: Login) => {
    logins.delete(login.hash);
    const own = byToken.get(login.token.id);
    if (own?.delete(login) && own.size === 0) byToken.delete(login.token.id);
  };
  const use = (login: Login) => {
    remove(login);
    login.usedAt = clock.monotonic();
    logins.set(login.hash, login);
    byToken.set(login.token.id, (byToken.get(login.token.id) ?? new Set()).add(login));
  };
  const isFresh = ({ usedAt }: Login) => clock.monotonic() - usedAt <= LOGIN_SECONDS * 1_000;
  const forget = () => {
    for (const login of logins.values()) {
      if (isFresh(login)) return;
      remove(login);
    }
  };

  return {
    begin(token) {
      forget();
      const own = byToken.get(token.id) ?? new Set();
      for (const login of own) if (own.size >= MOST_LOGINS) remove(login);
      const secret = randomBytes(32).toString("base64url");
      use({ hash: hashOf(secret), token, listeners: new Set(), usedAt: 0 });
      return secret;
    },
    find(secret) {
      const login = logins.get(hashOf(secret));
      if (login === undefined) return undefined;
      const isGood = isFresh(login) && tokens.endOf(login.token) === undefined;
      if (isGood) use(login);
      else remove(login);
      return isGood ? login.token : undefined;
    },
    onEnd(secret, tell) {
      const listeners = logins.get(hashOf(secret))?.listeners;
      listeners?.add(tell);
      return () => void listeners?.delete(tell);
    },
    end(secret) {
      const login = logins.get(hashOf(secret));
      if (login === undefined) return;
      remove(login);
      for (const tell of login.listeners) tell();
    },
  };
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64");
}
