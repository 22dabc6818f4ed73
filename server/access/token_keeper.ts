/**
 * Making, rotating and revoking tokens while the server runs, and watching over their ends.
 *
 * @module
 */
import { quoted } from "../core/contract/quoted.ts";
import { timeText } from "../core/contract/time.ts";
import { onDisk } from "../core/mod.ts";
import type { TokenSpec } from "../core/contract/token.ts";
import type { KeptToken } from "./contract/kept.ts";
import { Denial } from "./denial.ts";
import { makeToken } from "./new_token.ts";
import { type AskedRotation, makeRotation } from "./rotation.ts";
import { endOtherSecrets, endToken, tokenEnds, type TokenEndsPorts } from "./token_ends.ts";
import { tableEntry } from "./token_table.ts";

/** What keeping tokens asks of the world. */
export interface TokenKeeperPorts extends TokenEndsPorts {
  /** `closeRowsMs`: how long the disk is waited for. */
  readonly bounds: TokenEndsPorts["bounds"] & { readonly closeRowsMs: number };
}

/** Who makes, rotates or revokes a token. */
export interface Actor {
  /** The id of their token. */
  readonly token: string;
  /** Where the call came from. */
  readonly address: string;
}

/** Makes, rotates and revokes tokens, and looks for those that are over until it is told to stop. */
export interface TokenKeeper {
  /**
   * Makes a token; it is on disk, and so is the fact, when this resolves.
   *
   * @throws {Denial} `conflict` if there are too many.
   * @throws {PhoneError} `RESOURCEUNAVAIL` if the disk does not take it; nobody knows the secret then, so that whatever
   * is left of it allows nothing.
   */
  create(asked: TokenSpec, options: { by: Actor }): Promise<{ kept: KeptToken; secret: string }>;
  /**
   * Gives a token another secret; the one before is valid until its time is over, or void at once with all before it if
   * there is to be no overlap. On disk, and so is the fact, when this resolves. What was begun with the token goes on.
   *
   * @throws {Denial} `not-found`; `conflict` if too many of its secrets are valid.
   * @throws {PhoneError} `RESOURCEUNAVAIL` if the disk does not take it. The token may be rotated all the same then, to
   * a secret that nobody knows: the one before is valid for as long as was asked, and the token can be rotated again.
   */
  rotate(id: string, asked: AskedRotation, options: { by: Actor }): Promise<{ kept: KeptToken; secret: string }>;
  /**
   * Revokes a token: it is void at once, and when this resolves its applications are ended, nothing waits with it, and
   * both it and the fact are on disk. One that is being revoked is not revoked again: who asks meanwhile waits for the
   * same end.
   *
   * @throws {Denial} `not-found`; `conflict` if nobody could get in any more.
   * @throws {PhoneError} `RESOURCEUNAVAIL` if the disk does not take it; the token is void nevertheless until the
   * server is started anew, and can be revoked again.
   */
  revoke(id: string, options: { by: Actor }): Promise<void>;
  /** Looks for no end any more: the server stops. */
  stop(): void;
}

/** Every wrong secret is compared with all of them. */
const MOST_TOKENS = 1_000;

/** Old secrets of a token that are valid at once. */
const MOST_OLD = 8;

/** A new token is valid once it is on disk; a revoked one is void before it is off the disk. */
export function tokenKeeper(ports: TokenKeeperPorts): TokenKeeper {
  const { clock, bounds, tokens, tokenStore } = ports;
  const ends = tokenEnds(ports);
  const underWay = new Map<string, Promise<void>>();

  const revoke = async (id: string, { by }: { by: Actor }): Promise<void> => {
    const kept = tokenStore.list();
    const revoked = kept.find((token) => token.id === id);
    if (revoked === undefined) throw new Denial("not-found", `No token has the id ${quoted(id)}`);
    const isAdmin = ({ scopes }: KeptToken) => scopes.includes("admin");
    if (isAdmin(revoked) && !kept.some((token) => token.id !== id && isAdmin(token) && tokens.has(token.id))) {
      throw new Denial(
        "conflict",
        `${id} is the last token with the scope admin: nobody could make another; make one first`,
      );
    }
    const ended = endToken(id, { cause: "tokenRevoked", by }, ports);
    const written = tokenStore.remove(id, by);
    const otherwise = "the token is void, but would be valid again after a restart: revoke it again";
    const steps = await Promise.allSettled([onDisk(written, { clock, ms: bounds.closeRowsMs, otherwise }), ended]);
    for (const step of steps) if (step.status === "rejected") throw step.reason;
  };

  const find = (id: string): KeptToken => {
    const kept = tokenStore.list().find((token) => token.id === id);
    if (kept === undefined || !tokens.has(id)) throw new Denial("not-found", `No token has the id ${quoted(id)}`);
    return kept;
  };
  const rotate: TokenKeeper["rotate"] = async (id, asked, { by }) => {
    const before = find(id);
    const [first, ...others] = before.oldSecrets ?? [];
    if (asked.overlapMs > 0 && first !== undefined && others.length + 1 >= MOST_OLD) {
      throw new Denial(
        "conflict",
        `${MOST_OLD} older secrets of ${id} are still valid, the first until ${
          timeText(first.until)
        }: wait for that, ` +
          "or rotate it without an overlap, which makes all of them void",
      );
    }
    const { rotation, secret } = makeRotation(before, { asked, now: clock.wall() });
    const written = tokenStore.rotate(id, { ...rotation, by }).then(async () => {
      // It may have been revoked, or come to its end, while the disk was waited for.
      const kept = find(id);
      tokens.add(tableEntry({ ...kept, hash: rotation.hash }));
      endOtherSecrets(kept, ports);
      ends.look();
      await tokenStore.settle();
      return kept;
    });
    const otherwise = rotation.until === null
      ? "the secret before may be void, and the new one is not shown: rotate the token again"
      : "the new secret is not shown: rotate the token again; the one before is valid until " +
        `${timeText(rotation.until)} at least`;
    await onDisk(written, { clock, ms: bounds.closeRowsMs, otherwise });
    return { kept: await written, secret };
  };

  return {
    rotate,
    async create(asked, { by }) {
      if (tokenStore.list().length >= MOST_TOKENS) {
        throw new Denial("conflict", `There are ${MOST_TOKENS} tokens; revoke one that is not used any more`);
      }
      const made = makeToken(asked, { now: clock.wall() });
      const written = tokenStore.add(made.kept, { by });
      await onDisk(written, { clock, ms: bounds.closeRowsMs, otherwise: "the token was not made" });
      tokens.add(tableEntry(made.kept));
      ends.look();
      return made;
    },
    revoke(id, options) {
      const revocation = underWay.get(id) ?? revoke(id, options).finally(() => underWay.delete(id));
      underWay.set(id, revocation);
      return revocation;
    },
    stop: ends.stop,
  };
}
