import { deepEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { databaseReaders } from "../../server/program/database_readers.ts";
import { collect } from "../harness/printed.ts";
import { soon } from "../harness/soon.ts";

/** Reads a database until its standard input ends. */
const READING = `
import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync(Deno.args[0], { readOnly: true });
database.exec("begin");
database.prepare("select * from a").all();
console.log("reading");
await Deno.stdin.read(new Uint8Array(1));`;

Deno.test({
  name: "the processes that read a database are named, this one is not",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "switchroom_readers_" });
    const file = `${folder}/some.db`;
    try {
      using database = new DatabaseSync(file);
      database.exec("pragma journal_mode = wal");
      database.exec("create table a (b)");
      database.exec("begin");
      database.prepare("select * from a").all();
      deepEqual(await databaseReaders(file), []);
      await Deno.writeTextFile(`${folder}/reading.ts`, READING);
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", `--allow-read=${folder}`, `--allow-write=${folder}`, `${folder}/reading.ts`, file],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const printed = collect([child.stdout]);
      await soon(printed.match(/(reading)/));
      deepEqual(await databaseReaders(file), [child.pid]);
      await child.stdin.close();
      await child.status;
      await printed.end();
      deepEqual(await databaseReaders(file), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
