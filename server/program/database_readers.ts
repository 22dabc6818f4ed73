/**
 * Which processes read a database of SQLite's, as the system's list of locks tells.
 *
 * @module
 */
import { shellLines } from "../host/mod.ts";

/**
 * Whoever reads in WAL mode locks one of these bytes of the log's index, as the file format of SQLite has it:
 * https://sqlite.org/walformat.html
 */
const SCRIPT = `
while read -r _ _ _ _ pid file from _; do
  case "$file" in *":$1") [ "$from" -ge 123 ] && [ "$from" -le 127 ] && echo "$pid" ;; esac
done < /proc/locks`;

/** The ids of the processes that read a database, but for this one; none where the system does not tell. */
export async function databaseReaders(file: string): Promise<number[]> {
  const { ino } = await Deno.stat(`${file}-shm`);
  const pids = new Set((await shellLines(SCRIPT, [String(ino)])).map(Number));
  return [...pids].filter((pid) => pid !== Deno.pid);
}
