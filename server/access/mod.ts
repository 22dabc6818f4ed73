/**
 * Access: who may get in, with what, how often, and who tried. It knows no transport.
 *
 * `contract/` is what the history keeps for access: its writer, a thread of its own, enters there and loads nothing else.
 *
 * @module
 */
export type { Attempts, AttemptStore, Author, KeptToken, OldSecret, Rotation, TokenStore } from "./contract/kept.ts";
export { Denial, type DenialKind } from "./denial.ts";

export { type Scope, SCOPES, type TokenSpec } from "../core/contract/token.ts";
export type { Token, TokenEnd, TokenEntry, Tokens, TokenTable } from "./token.ts";
export { hashSecret, tableEntries, tableEntry, tokenTable, tokenView } from "./token_table.ts";
export { endTrouble, makeToken } from "./new_token.ts";
export { type AskedRotation, makeRotation, rotated, withoutSecret } from "./rotation.ts";
export { type Actor, type TokenKeeper, tokenKeeper } from "./token_keeper.ts";
export {
  matches,
  PHONE_GLOB,
  phonesOf,
  requireAllOf,
  requireUnlimited,
  seesAllOf,
  seesOf,
  seesPluginOf,
} from "./phone_globs.ts";

export { authenticate, hasScope, requireScope, requireValid } from "./authentication.ts";
export { LOGIN_SECONDS, type LoginTable, loginTable } from "./login_table.ts";
export { type FailedAttempts, failedAttempts, networkOf } from "./failed_attempts.ts";
export { type AccessRefusals, accessRefusals } from "./access_refusals.ts";
export { minuteCounts } from "./minute_counts.ts";
export { type NoteUse, tokenUses } from "./token_uses.ts";
export { warningOf } from "./token_ends.ts";
export { type RateLimit, rateLimit } from "./rate_limit.ts";

export type { FoundAccess } from "./contract/tables.ts";
export { type AccessStorePorts, accessStores, type SettlingWrites } from "./store.ts";
