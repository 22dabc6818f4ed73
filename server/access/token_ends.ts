/**
 * The ends of tokens: those that come by themselves, at their time, and what every end brings about.
 *
 * The machine's clock decides, and it may jump: so it is looked at every second while there is a token that has an end.
 * A token that was found to be over stays void although the clock is set back, and is taken off the disk like one that
 * was revoked, so that no later start takes it for a good one. An old secret of a token that was given another ends at its
 * own time in the same way: what waits by it is cut off, and can go on by the new one.
 *
 * Before a token ends its operator is warned, once.
 *
 * @module
 */
import type { Fact } from "../core/contract/facts.ts";
import { timeText } from "../core/contract/time.ts";
import type { Clock, Operator, TokenEndReason } from "../core/mod.ts";
import type { KeptToken, TokenStore } from "./contract/kept.ts";
import type { Token, TokenEnd, TokenTable } from "./token.ts";

/** What the end of a token asks of the world. */
export interface TokenEndPorts {
  readonly operator: Pick<Operator, "endApplicationsOf">;
  /** The tokens that are valid now. */
  readonly tokens: TokenTable;
  /** Ends whatever waits in the name of a token. */
  readonly waits: { end(token: Token, why: TokenEnd): void };
}

/** What looking for ends asks of the world besides. */
export interface TokenEndsPorts extends TokenEndPorts {
  readonly clock: Clock;
  /** `tokenWarningDays`: how long before its end a token is warned of. */
  readonly bounds: { readonly tokenWarningDays: number };
  /** Where tokens are kept. */
  readonly tokenStore: TokenStore;
  /** Appends a fact to the history; resolves when it is on disk. */
  note(fact: Fact): Promise<void>;
}

/** Looks for tokens and old secrets that are over. */
export interface TokenEnds {
  /** Looks now, and again whenever it must: called when there is another end to come. */
  look(): void;
  /** Looks no more: the server stops. */
  stop(): void;
}

/** The longest between two looks, milliseconds. */
const LOOK_MS = 1_000;

const DAY_MS = 86_400_000;

/** When a token is warned of: some days before its end, or when three quarters of a shorter life are over. */
export function warningOf({ createdAt, expiresAt }: { createdAt: number; expiresAt: number }, days: number): number {
  return expiresAt - Math.min(days * DAY_MS, Math.max(expiresAt - createdAt, 0) / 4);
}

/** Makes a token void at once, and ends what it has open. Resolves when its applications are ended. */
export async function endToken(
  id: string,
  reason: TokenEndReason,
  { operator, tokens, waits }: TokenEndPorts,
): Promise<void> {
  const why = reason.cause === "tokenExpired" ? "expired" : "revoked";
  const gone = tokens.remove(id, why);
  try {
    await operator.endApplicationsOf(id, reason);
  } finally {
    for (const token of gone) waits.end(token, why);
  }
}

/** Makes all other secrets of a token void at once, and ends what waits by them; its applications go on. */
export function endOtherSecrets(
  { id, hash, oldSecrets = [] }: KeptToken,
  { tokens, waits }: Pick<TokenEndPorts, "tokens" | "waits">,
): void {
  const gone = tokens.retire(id, { but: [hash, ...oldSecrets.map(({ hash }) => hash)] });
  for (const token of gone) waits.end(token, "rotated");
}

/** Begins to look; what is over already is void when this returns. */
export function tokenEnds(ports: TokenEndsPorts): TokenEnds {
  const { clock, bounds, tokens, tokenStore, note } = ports;
  /** The ids of tokens that are over and may still be on the disk. */
  const over = new Set<string>();
  /** The hashes of old secrets that are over and may still be on the disk, in hex. */
  const retired = new Set<string>();
  /** The ends that were warned of, by the ids of their tokens. */
  const warned = new Map<string, number>();
  const underWay = new Set<string>();
  let cancel = () => {};

  const expire = async ({ id }: KeptToken): Promise<void> => {
    if (underWay.has(id)) return;
    underWay.add(id);
    // What does not end in time is ended all the same, and the history says so.
    if (!over.has(id)) endToken(id, { cause: "tokenExpired" }, ports).catch(() => {});
    over.add(id);
    try {
      await tokenStore.expire(id);
      over.delete(id);
      warned.delete(id);
    } catch {
      // A disk that takes nothing is the history's trouble, told by it: the next look tries again.
    } finally {
      underWay.delete(id);
    }
  };
  const forget = async (id: string, hash: Uint8Array): Promise<void> => {
    const key = hash.toHex();
    if (underWay.has(key)) return;
    underWay.add(key);
    retired.add(key);
    try {
      await tokenStore.forget(id, hash);
      retired.delete(key);
    } catch {
      // As above.
    } finally {
      underWay.delete(key);
    }
  };
  const warn = async ({ id, name }: KeptToken, { expiresAt, now }: { expiresAt: number; now: number }) => {
    if (warned.get(id) === expiresAt) return;
    warned.set(id, expiresAt);
    try {
      await note({ type: "tokenExpiring", detail: { subject: id, name, expiresAt: timeText(expiresAt) } });
      await tokenStore.warned(id, now);
    } catch {
      // As above; while this server runs it is not told again.
    }
  };
  const look = () => {
    cancel();
    const now = clock.wall();
    let next = Infinity;
    const isDue = (at: number) => {
      if (at > now) next = Math.min(next, at);
      return at <= now;
    };
    const isOver = (at: number, isKnown: boolean) => {
      const isPast = isKnown || at <= now;
      next = Math.min(next, isPast ? now + LOOK_MS : at);
      return isPast;
    };
    for (const kept of tokenStore.list()) {
      const { id, expiresAt, oldSecrets = [] } = kept;
      // One that is void for another reason is being revoked.
      if (!tokens.has(id) && !over.has(id)) continue;
      if (expiresAt !== undefined) {
        if (isOver(expiresAt, over.has(id))) {
          expire(kept);
          continue;
        }
        if (kept.warnedAt === undefined && isDue(warningOf({ ...kept, expiresAt }, bounds.tokenWarningDays))) {
          warn(kept, { expiresAt, now });
        }
      }
      const past = oldSecrets.filter(({ hash, until }) => isOver(until, retired.has(hash.toHex())));
      if (past.length === 0) continue;
      endOtherSecrets({ ...kept, oldSecrets: oldSecrets.filter((secret) => !past.includes(secret)) }, ports);
      for (const { hash } of past) forget(id, hash);
    }
    cancel = next === Infinity ? () => {} : clock.after(Math.min(next - now, LOOK_MS), look);
  };
  look();
  return { look, stop: () => cancel() };
}
