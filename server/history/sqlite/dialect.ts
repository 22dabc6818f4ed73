/**
 * Kysely on `node:sqlite`.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  type TransactionSettings,
} from "kysely";

/** How many prepared statements are kept: the filters of a question combine in more ways than are worth keeping. */
const CACHED_STATEMENTS = 200;

class TransactionalAdapter extends SqliteAdapter {
  /** SQLite can roll DDL back; without this Kysely's migrator would leave half a migration behind a crash. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateDriver extends SqliteDriver {
  /**
   * Takes the write lock at once, so that two migrators come one after the other instead of both reading the old state.
   * A transaction that only reads takes none.
   */
  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    const begin = settings?.accessMode === "read only" ? "begin" : "begin immediate";
    await connection.executeQuery(CompiledQuery.raw(begin));
  }
}

function statement(prepared: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  const all = (parameters: readonly unknown[]) => rowsOf(prepared, values(parameters));
  return {
    reader: prepared.columns().length > 0,
    all,
    run: (parameters) => prepared.run(...values(parameters)),
    // The driver's own `iterate` ends on Deno as if there were no more when SQLite fails at a step.
    iterate: (parameters) => all(parameters).values(),
  };
}

/** The rows of a question. A number that JavaScript does not hold exactly is never written: it must not hide the others. */
function rowsOf(prepared: StatementSync, parameters: SQLInputValue[]): Record<string, SQLOutputValue>[] {
  try {
    return prepared.all(...parameters);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    prepared.setReadBigInts(true);
    try {
      return prepared.all(...parameters).map((row) =>
        Object.fromEntries(Object.entries(row).map(([column, value]) => [column, narrowed(value)]))
      );
    } finally {
      prepared.setReadBigInts(false);
    }
  }
}

function narrowed(value: SQLOutputValue): SQLOutputValue {
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** A database whose statements are prepared once: preparing takes three times as long as inserting a row. */
function caching(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const oldest = statements.keys().next();
      if (statements.size >= CACHED_STATEMENTS && !oldest.done) statements.delete(oldest.value);
      const made = statement(database.prepare(sql));
      statements.set(sql, made);
      return made;
    },
  };
}

/** The dialect for {@linkcode Kysely} over an open database. Destroying Kysely closes the database. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  /** Takes an open database, its pragmas set. */
  constructor(database: DatabaseSync) {
    const cached = caching(database);
    super({ database: cached });
    this.#database = cached;
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }

  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#database });
  }
}
