/**
 * Inserting into one table.
 *
 * @module
 */
import type { SQLInputValue, StatementSync } from "node:sqlite";
import { sql } from "kysely";
import type { WritableDatabase } from "./database.ts";

/** Rows that one statement inserts where there are as many. To run a statement costs half of what inserting a row does; with more of them no more is saved. */
const AT_ONCE = 16;

/** The `insert` of one table, built by Kysely and prepared: for hundreds of rows a commit, anything else costs five times as much. */
export class TableInsert {
  readonly #width: number;
  readonly #one: StatementSync;
  readonly #many: StatementSync;

  /** For a table's columns, in this order. */
  constructor({ raw, db }: WritableDatabase, table: { name: string; columns: readonly string[] }) {
    const columns = sql.join(table.columns.map((column) => sql.ref(column)));
    const row = sql`(${sql.join(table.columns.map(() => sql.val(null)))})`;
    const prepare = (rows: number) => {
      const values = sql.join(Array.from({ length: rows }, () => row));
      return raw.prepare(sql`insert into ${sql.table(table.name)} (${columns}) values ${values}`.compile(db).sql);
    };
    this.#width = table.columns.length;
    this.#one = prepare(1);
    this.#many = prepare(AT_ONCE);
  }

  /** Inserts rows: the values of the columns of each, one row after the other. */
  run(values: readonly SQLInputValue[]): void {
    const many = this.#width * AT_ONCE;
    let start = 0;
    for (; start + many <= values.length; start += many) this.#many.run(...values.slice(start, start + many));
    for (; start < values.length; start += this.#width) this.#one.run(...values.slice(start, start + this.#width));
  }
}
