/**
 * A history as version 0.1.0 left it: its tables without what came later, its blocks in format 1.
 *
 * @module
 */
import { Kysely } from "kysely";
import {
  blockHash1,
  type BlockHead,
  NO_HASH,
  type Row,
  rowLine1,
  type StoredRow,
} from "../../server/history/chain/mod.ts";
import { makeDurable, openForWriting } from "../../server/history/sqlite/database.ts";
import { NodeSqliteDialect } from "../../server/history/sqlite/dialect.ts";
import { migrate, MIGRATIONS } from "../../server/history/sqlite/migrate.ts";
import type { HistoryTables } from "../../server/history/sqlite/schema.ts";
import { rowOf } from "./support.ts";

const AT = 1_750_000_000_000;

/** How many columns a kind of row had. */
const WIDTHS = { origin: 2, accepted: 10, completed: 8, withdrawn: 1, fact: 11 };

/** Writes one: the birth of it, and these blocks. */
export async function writeFormat1(path: string, blocks: readonly (readonly Row[])[]): Promise<void> {
  using raw = openForWriting(`${path}/history.db`);
  const db = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) });
  const { "0001_history": history, "0002_access": access } = MIGRATIONS;
  const migrations = { ...(history && { "0001_history": history }), ...(access && { "0002_access": access }) };
  await migrate({ raw, db }, { migrations, backups: `${path}/backups` });
  makeDurable(raw, "full");
  let previous = NO_HASH;
  let seq = 0;
  const open = new Set<number>();
  for (const [number, block] of [[rowOf("origin", [AT, "f1".repeat(16)])], ...blocks].entries()) {
    const rows = block.map(({ kind, cells }): StoredRow => ({ kind, seq: seq++, cells }));
    for (const { kind, seq, cells } of rows) {
      const written = cells.slice(0, WIDTHS[kind]);
      raw.prepare(`insert into ${kind} values (?${", ?".repeat(written.length)})`).run(seq, ...written);
      if (kind === "accepted") open.add(seq);
      if (kind === "completed") open.delete(Number(cells[0]));
    }
    const lowestOpen = Math.min(seq, ...open);
    const head: BlockHead = { number, firstSeq: seq - rows.length, lastSeq: seq - 1, at: AT, format: 1, lowestOpen };
    previous = blockHash1(head, { previous, lines: rows.map((row) => rowLine1(row) ?? "") });
    raw.prepare("insert into block values (?, ?, ?, ?, ?, ?, ?)")
      .run(number, head.firstSeq, head.lastSeq, AT, 1, lowestOpen, Uint8Array.fromHex(previous));
  }
}
