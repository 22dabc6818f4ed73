/**
 * Whether the file that a start finds is the history that was there before: not older, not another, not none.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { timeText } from "../../core/contract/time.ts";
import type { Traces } from "../contract/store.ts";

/**
 * What is missing before the file is looked into, in words; undefined if nothing.
 *
 * @param traces What the folder says of the history that lay in it.
 * @param options.isThere Whether there is a file, with something in it.
 */
export function absence(traces: Traces, options: { isThere: boolean }): string | undefined {
  if (!options.isThere) {
    const had = trace(traces) ?? (traces.log ? "there is its write-ahead log" : undefined);
    return had && `it is not there, but ${had}`;
  }
  return traces.head?.log && !traces.log
    ? "its write-ahead log is gone, which lay beside it when the server was killed: the newest blocks may be missing"
    : undefined;
}

/** How a file differs from the history that left those traces, in words; undefined if it does not. */
export function discontinuity(database: DatabaseSync, traces: Traces): string | undefined {
  const had = trace(traces);
  const id = historyIdOf(database);
  if (id === undefined) return had && `it has no block, but ${had}: its write-ahead log was lost, or not copied`;
  return traces.head && difference(database, { ...traces.head, id });
}

function trace({ head, file }: Traces): string | undefined {
  if (head === undefined) return file && `there is a ${file}`;
  return `its block ${head.block} of ${timeText(head.at)} was noted`;
}

/** How a file differs from what was noted of it. */
function difference(
  database: DatabaseSync,
  noted: { historyId: string; block: number; hash: string; at: number; id: string },
): string | undefined {
  if (noted.id !== noted.historyId) return `it is the history ${noted.id}, but ${noted.historyId} was noted`;
  const was = `block ${noted.block} of ${timeText(noted.at)} was noted`;
  const [found] = database.prepare("select lower(hex(hash)) as hash from block where number = ?").all(noted.block);
  if (found === undefined) {
    const [last] = database.prepare("select max(number) as number from block").all();
    return `it ends at block ${last?.["number"]}, but ${was}: it is an older copy, or its write-ahead log was lost`;
  }
  return found["hash"] === noted.hash ? undefined : `${was} with another hash: another copy has gone on from there`;
}

/** The id of a history; undefined if it has no block yet. */
function historyIdOf(database: DatabaseSync): string | undefined {
  const [table] = database.prepare("select 1 from sqlite_schema where name = 'origin'").all();
  const [origin] = table ? database.prepare("select history_id from origin").all() : [];
  return origin && String(origin["history_id"]);
}
