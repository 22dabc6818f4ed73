/**
 * What somebody may do to a history who owns its file, by SQLite's own means: everything is left as it was made but one
 * thing.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { blockHash, blockHash1, ROW_KINDS, rowHashes, rowLine1 } from "../../server/history/chain/mod.ts";
import { blockHead, StoredRows } from "../../server/history/sqlite/stored_rows.ts";
import type { Random } from "../simulation/random.ts";
import { heldColumns } from "./content.ts";

/** Does one thing, drawn at random. It may fail, for SQLite keeps some rules, or change nothing: then another is drawn. */
export type Mutation = (database: DatabaseSync, random: Random) => void;

const TABLES = [...ROW_KINDS, "block", "token", "old_secret", "kysely_migration"];

/** Triggers are out of the way meanwhile. */
function withoutTriggers(change: Mutation): Mutation {
  return (database, random) => {
    const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all();
    for (const { name } of triggers) database.exec(`drop trigger ${name}`);
    change(database, random);
    for (const { sql } of triggers) database.exec(String(sql));
  };
}

function rowids(database: DatabaseSync, table: string): number[] {
  return database.prepare(`select rowid as id from ${table} order by rowid`).all().map(({ id }) => Number(id));
}

function anyRow(database: DatabaseSync, random: Random): { table: string; id: number } {
  const table = random.pick(TABLES);
  return { table, id: random.pick(rowids(database, table)) };
}

function otherBytes(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0 || random.once(4)) return new Uint8Array(random.below(40)).fill(random.below(256));
  const other = bytes.slice(0, random.once(4) ? random.below(bytes.length) : bytes.length);
  if (other.length > 0) other[random.below(other.length)]! ^= 1 << random.below(8);
  return other;
}

/** Another value than the one that is there: mostly one that looks like it. */
function otherValue(value: unknown, random: Random): SQLInputValue {
  if (random.once(4)) {
    return random.pick<SQLInputValue>([null, 0, 1, -1, 7, "", "failed", "[]", '["admin"]', new Uint8Array(32)]);
  }
  if (value instanceof Uint8Array) return otherBytes(value, random);
  if (typeof value === "number") return value + random.pick([1, -1, 1_000, 2 ** 32]);
  const text = String(value ?? "");
  const place = random.below(text.length + 1);
  return random.pick([
    `${text} `,
    `${text}\0`,
    text.slice(0, place),
    text.toUpperCase(),
    `${text.slice(0, place)}\u00fc${text.slice(place + 1)}`,
    text.normalize("NFD"),
  ]);
}

const changeValue: Mutation = (database, random) => {
  const { table, id } = anyRow(database, random);
  const column = random.pick(heldColumns(database, table));
  const [row] = database.prepare(`select ${column} as value from ${table} where rowid = ?`).all(id);
  database.prepare(`update ${table} set ${column} = ? where rowid = ?`).run(otherValue(row?.["value"], random), id);
};

const swapValues: Mutation = (database, random) => {
  const { table, id } = anyRow(database, random);
  const other = random.pick(rowids(database, table));
  const column = random.pick(heldColumns(database, table));
  const read = database.prepare(`select ${column} as value from ${table} where rowid = ?`);
  const [one, two] = [id, other].map((row) => read.all(row)[0]?.["value"] as SQLInputValue);
  const write = database.prepare(`update ${table} set ${column} = ? where rowid = ?`);
  // What must be there once is out of the way meanwhile.
  write.run(typeof one === "number" ? -7 : one instanceof Uint8Array ? new Uint8Array(1) : "-", id);
  write.run(one ?? null, other);
  write.run(two ?? null, id);
};

const removeRow: Mutation = (database, random) => {
  const { table, id } = anyRow(database, random);
  database.exec(`delete from ${table} where rowid = ${id}`);
};

/** A copy of a row with other keys. */
const addRow: Mutation = (database, random) => {
  const { table, id } = anyRow(database, random);
  const columns = database.prepare("select name from pragma_table_info(?)").all(table).map(({ name }) => String(name));
  const [top] = database.prepare("select max(last_seq) as seq from block").all();
  const seq = random.pick([
    Number(top?.["seq"]) + 1,
    Number(top?.["seq"]) + 2 + random.below(9),
    -1,
    random.below(300),
  ]);
  const keys: Record<string, string> = {
    seq: String(seq),
    request: String(10_000 + random.below(100)),
    number: random.pick(["(select max(number) + 1 from block)", "-1", "900"]),
    id: `'${random.pick(["t-2", "t-4", "t-mine", "t-5"])}'`,
    hash: table === "block" ? "hash" : "randomblob(32)",
    name: table === "token" ? "name" : "'0009_more'",
  };
  const values = columns.map((column) => keys[column] ?? column);
  database.exec(`insert into ${table} (${columns}) select ${values} from ${table} where rowid = ${id}`);
};

const moveRow: Mutation = (database, random) => {
  const table = random.pick([...ROW_KINDS, "block"]);
  const key = table === "block" ? "number" : "seq";
  const ids = rowids(database, table);
  const id = random.pick(ids);
  const place = random.pick([random.pick(ids), -1 - random.below(9), Math.max(...ids) + 1 + random.below(9)]);
  // To a free place, or by changing with the row that is there.
  database.exec(`update ${table} set ${key} = -99 where ${key} = ${place}`);
  database.exec(`update ${table} set ${key} = ${place} where ${key} = ${id}`);
  database.exec(`update ${table} set ${key} = ${id} where ${key} = -99`);
};

/** The newest blocks with their rows, as if they had never been. */
const cutEnd: Mutation = (database, random) => {
  const [newest] = database.prepare("select max(number) as number from block").all();
  const from = Number(newest?.["number"]) - random.below(5);
  const [first] = database.prepare("select first_seq as seq from block where number = ?").all(from);
  for (const kind of ROW_KINDS) database.exec(`delete from ${kind} where seq >= ${first?.["seq"]}`);
  database.exec(`delete from block where number >= ${from}`);
};

/** A block with its rows out of the middle, the others behind it moved up. */
const cutBlock: Mutation = (database, random) => {
  const [newest] = database.prepare("select max(number) as number from block").all();
  const number = 1 + random.below(Number(newest?.["number"]));
  database.exec(`delete from block where number = ${number}`);
  database.exec(`update block set number = number - 1 where number > ${number}`);
};

/** Derives every hash anew, as whoever wrote the chain would have. */
function rechain(database: DatabaseSync): void {
  const rows = new StoredRows(database);
  const write = database.prepare("update block set hash = ?, row_hashes = ? where number = ?");
  let previous = "0".repeat(64);
  for (const block of database.prepare("select * from block order by number").all()) {
    const head = blockHead(block);
    const covered = [];
    rows.forget(head.firstSeq);
    for (let seq = head.firstSeq; seq <= head.lastSeq; seq++) covered.push(rows.take(seq));
    if (head.format === 1) {
      previous = blockHash1(head, { previous, lines: covered.map((row) => rowLine1(row) ?? "") });
      write.run(Uint8Array.fromHex(previous), null, head.number);
    } else {
      const hashes = rowHashes(covered, (block["salts"] as Uint8Array).toHex());
      previous = blockHash(head, { previous, rows: hashes });
      write.run(Uint8Array.fromHex(previous), Uint8Array.fromHex(hashes.join("")), head.number);
    }
  }
}

/** A changed row under a chain that is right again: only the checkpoint shows it. */
const forge: Mutation = (database, random) => {
  const kind = random.pick(["accepted", "completed", "fact"]);
  const column = random.pick(heldColumns(database, kind).filter((column) => column !== "seq" && column !== "request"));
  const id = random.pick(rowids(database, kind));
  const [row] = database.prepare(`select ${column} as value from ${kind} where rowid = ?`).all(id);
  const value = otherValue(row?.["value"], random);
  if (value instanceof Uint8Array) return;
  database.prepare(`update ${kind} set ${column} = ? where rowid = ?`).run(value, id);
  rechain(database);
};

const changeTrigger: Mutation = (database, random) => {
  const table = random.pick([...ROW_KINDS, "block"]);
  const name = `${table}_is_never_changed`;
  const made = random.pick([
    "",
    `create trigger ${name} before update on ${table} begin select 1; end`,
    `create trigger ${name} before update on ${table} when new.rowid > 9 begin select raise(abort, 'history rows are never changed'); end`,
    `create trigger more after insert on ${table} begin delete from token; end`,
  ]);
  if (!made.includes(" more ")) database.exec(`drop trigger ${name}`);
  database.exec(made);
};

const changeTables: Mutation = (database, random) => {
  const table = random.pick(TABLES);
  database.exec(random.pick([
    `create index more on ${table} (${random.pick(heldColumns(database, table))})`,
    `create table more (x)`,
    `create view more as select * from ${table}`,
    `alter table ${table} add column more text`,
    `alter table ${table} rename to more`,
    `drop table ${table}`,
    `update sqlite_schema set sql = replace(sql, ' not null', '') where name = '${table}'`,
    `update sqlite_schema set sql = replace(sql, ' unique', '') where name = '${table}' and 0`,
    `update sqlite_schema set sql = replace(sql, ' strict', '') where name = '${table}'`,
    `update sqlite_schema set sql = replace(sql, 'history rows', 'rows') where name = '${table}_is_never_changed'`,
  ]));
};

/** Does something to a table while its indexes are not there, so that they say what was before. */
function behindIndexes(database: DatabaseSync, { table, change }: { table: string; change: () => void }): void {
  const made = database.prepare("select sql from sqlite_schema where type = 'table' and name = ?").all(table);
  const indexes = database.prepare("select name, rootpage from sqlite_schema where type = 'index' and tbl_name = ?")
    .all(table);
  const schema = (sql: string) => database.exec(`pragma writable_schema = on; ${sql}; pragma writable_schema = reset`);
  schema(
    `delete from sqlite_schema where type = 'index' and tbl_name = '${table}'; update sqlite_schema set ` +
      `sql = replace(replace(sql, ' unique', ''), '" text primary key', '" text') where name = '${table}'`,
  );
  change();
  for (const { name, rootpage } of indexes) {
    schema(`insert into sqlite_schema values ('index', '${name}', '${table}', ${rootpage}, null)`);
  }
  database.exec("pragma writable_schema = on");
  database.prepare("update sqlite_schema set sql = ? where type = 'table' and name = ?").run(
    made[0]?.["sql"] ?? null,
    table,
  );
  database.exec("pragma writable_schema = reset");
}

const changeEntry: Mutation = (database, random) => {
  const { table, column, other } = random.pick([
    { table: "completed", column: "request", other: () => 20_000 + random.below(1_000) },
    { table: "withdrawn", column: "request", other: () => 20_000 + random.below(1_000) },
    { table: "token", column: "hash", other: () => new Uint8Array(32).fill(random.below(256)) },
  ]);
  const id = random.pick(rowids(database, table));
  const row = database.prepare(`select * from ${table} where rowid = ?`).all(id)[0]!;
  const columns = Object.keys(row);
  const insert = database.prepare(
    `insert into ${table} (rowid, ${columns}) values (?, ${columns.map(() => "?")})`,
  );
  const put = (at: number, different: Record<string, SQLInputValue> = {}) =>
    insert.run(at, ...Object.values({ ...row, ...different }));
  const remove = (at: number) => database.exec(`delete from ${table} where rowid = ${at}`);
  random.pick([
    // Taken out with its entry, put back without.
    () => {
      remove(id);
      behindIndexes(database, { table, change: () => put(id) });
    },
    // Put in with its entry, taken out without.
    () => {
      const far = 90_000 + random.below(100);
      const key = table === "token" ? { id: "t-x" } : { seq: far };
      put(far, { ...key, [column]: other() });
      behindIndexes(database, { table, change: () => remove(far) });
    },
    // Its entry is another's.
    () => {
      database.prepare(`update ${table} set ${column} = ? where rowid = ?`).run(other(), id);
      behindIndexes(database, {
        table,
        change: () => database.prepare(`update ${table} set ${column} = ? where rowid = ?`).run(row[column]!, id),
      });
    },
  ])();
};

/** Every kind, with how often it is drawn, and whether it leaves every row as it is. */
export const MUTATIONS: Readonly<Record<string, { weight: number; mutate: Mutation; isHidden?: true }>> = {
  "a value is changed": { weight: 30, mutate: withoutTriggers(changeValue) },
  "two values are swapped": { weight: 10, mutate: withoutTriggers(swapValues) },
  "a row is removed": { weight: 10, mutate: withoutTriggers(removeRow) },
  "a row is added": { weight: 12, mutate: withoutTriggers(addRow) },
  "a row is moved": { weight: 10, mutate: withoutTriggers(moveRow) },
  "blocks are cut off": { weight: 3, mutate: withoutTriggers(cutEnd) },
  "a block is cut out": { weight: 3, mutate: withoutTriggers(cutBlock) },
  "a row is changed and the chain made anew": { weight: 8, mutate: withoutTriggers(forge) },
  "a trigger is changed": { weight: 4, mutate: changeTrigger },
  "a table or index is changed": { weight: 4, mutate: changeTables },
  "an entry of an index is changed": { weight: 6, mutate: withoutTriggers(changeEntry), isHidden: true },
};
