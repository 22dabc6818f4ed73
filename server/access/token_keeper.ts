/**
 * Making and revoking tokens.
 *
 * @module
 */
import type { z } from "zod";
import { quoted } from "../core/contract/quoted.ts";
import { onDisk } from "../core/on_disk.ts";
import { makeToken, type NewToken } from "./new_token.ts";
import type { KeptToken } from "./contract.ts";
import type { HttpPorts } from "../http/routes/ports.ts";
import { Refusal } from "../api/refusals/refusal.ts";
import { tableEntry } from "./token_table.ts";
import type { Waits } from "../api/waits.ts";

/** Who makes or revokes a token. */
export interface Operator {
  /** The id of the operator's own token. */
  readonly token: string;
  /** Where the call came from. */
  readonly address: string;
}

/** Every wrong secret is compared with all of them. */
const MOST_TOKENS = 1_000;

/**
 * Makes a token; it is on disk, and so is the fact, when this resolves.
 *
 * @throws {Refusal} `conflict` if there are too many.
 * @throws {PhoneError} `RESOURCEUNAVAIL` if the disk does not take it; nobody knows the secret then, so that whatever is left of it allows nothing.
 */
export async function createToken(
  { clock, limits, tokens, tokenStore, record }: HttpPorts,
  asked: z.output<typeof NewToken>,
  { by }: { by: Operator },
): Promise<{ kept: KeptToken; secret: string }> {
  if (tokenStore.list().length >= MOST_TOKENS) {
    throw new Refusal("conflict", `There are ${MOST_TOKENS} tokens; revoke one that is not used any more`);
  }
  const made = makeToken(asked, { now: clock.wall() });
  const { id, name, scopes, phones } = made.kept;
  const written = tokenStore.add(made.kept).then(() =>
    record({ type: "tokenCreated", ...by, detail: { id, name, scopes, phones } })
  );
  await onDisk(written, { clock, ms: limits.closeRowsMs, otherwise: "the token was not made" });
  tokens.add(tableEntry(made.kept));
  return made;
}

/** What revoking a token needs. */
type RevokingPorts =
  & Pick<HttpPorts, "clock" | "limits" | "core" | "tokens" | "tokenStore" | "record">
  & { waits: Pick<Waits, "end"> };

/** How tokens are revoked: as {@linkcode revokeToken}, but one that is being revoked is not revoked again: who asks meanwhile waits for the same end. */
export function tokenRevoker(
  ports: RevokingPorts,
): (id: string, options: { by: Operator }) => Promise<void> {
  const underWay = new Map<string, Promise<void>>();
  return (id, options) => {
    const revocation = underWay.get(id) ?? revokeToken(ports, id, options).finally(() => underWay.delete(id));
    underWay.set(id, revocation);
    return revocation;
  };
}

/**
 * Revokes a token: it is void at once, and when this resolves its applications are ended, nothing waits with it, and both it and the fact are on disk.
 *
 * @throws {Refusal} `not-found`; `conflict` if nobody could get in any more.
 * @throws {PhoneError} `RESOURCEUNAVAIL` if the disk does not take it; the token is void nevertheless until the server is started anew, and can be revoked again.
 */
async function revokeToken(
  { clock, limits, core, tokens, tokenStore, record, waits }: RevokingPorts,
  id: string,
  { by }: { by: Operator },
): Promise<void> {
  const kept = tokenStore.list();
  const revoked = kept.find((token) => token.id === id);
  if (revoked === undefined) throw new Refusal("not-found", `No token has the id ${quoted(id)}`);
  const isAdmin = ({ scopes }: KeptToken) => scopes.includes("admin");
  if (isAdmin(revoked) && !kept.some((token) => token.id !== id && isAdmin(token) && tokens.get(token.id))) {
    throw new Refusal(
      "conflict",
      `${id} is the last token with the scope admin: nobody could make another; make one first`,
    );
  }
  tokens.remove(id);
  const ended = core.endApplicationsOf(id).finally(() => waits.end(id));
  const written = tokenStore.remove(id).then(() =>
    record({ type: "tokenRevoked", ...by, detail: { id, name: revoked.name } })
  );
  const otherwise = "the token is void, but would be valid again after a restart: revoke it again";
  const parts = await Promise.allSettled([onDisk(written, { clock, ms: limits.closeRowsMs, otherwise }), ended]);
  for (const part of parts) if (part.status === "rejected") throw part.reason;
}
