/**
 * What a start finds and must finish: the birth of a new history, and the requests that a killed server left open.
 *
 * @module
 */
import { PHONE_ERRORS } from "../../core/contract/errors.ts";
import type { Cause, Outcome } from "../../core/contract/record.ts";
import type { Row } from "../chain/mod.ts";
import type { BlockWriter } from "./block_writer.ts";
import type { WritableDatabase } from "./database.ts";

/**
 * The random id of a history, given to it in its block 0.
 *
 * @returns 16 random bytes in lower-case hex: new ones for a new history.
 */
export async function historyId(
  database: WritableDatabase,
  options: { writer: BlockWriter; now: () => number },
): Promise<string> {
  const known = await database.db.selectFrom("origin").select("history_id").executeTakeFirst();
  if (known) return String(known.history_id);
  const id = crypto.getRandomValues(new Uint8Array(16)).toHex();
  options.writer.write([{ kind: "origin", cells: [options.now(), id] }], { seal: true });
  return id;
}

/**
 * Completes every open request as `lost` (invariant 7), in one block. Its application is gone with the server that
 * accepted it, so no reply was sent.
 *
 * @returns How many requests that were.
 */
export function completeLost(writer: BlockWriter, options: { now: () => number }): number {
  const outcome: Outcome = "lost";
  const cause: Cause = "serverRestart";
  const at = options.now();
  const lost = writer.openRequests.map((request): Row => ({
    kind: "completed",
    cells: [request, at, null, outcome, PHONE_ERRORS.OPERATIONFAILED.value, cause, null, "suppressed", null],
  }));
  if (lost.length > 0) writer.write(lost, { seal: true });
  return lost.length;
}
