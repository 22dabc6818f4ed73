/**
 * The data folder: whether it can be used, who uses it, and the history in it.
 *
 * @module
 */
import { examineAbsence, examineHistory, HISTORY_FILE } from "../../history/mod.ts";
import { shellLines } from "../../host/mod.ts";
import { readServerFile } from "../../program/mod.ts";
import { capital } from "../output.ts";
import { about, type Check, type Finding } from "./check.ts";

/** Bytes that must be free: less, and the history soon refuses to take anything. */
const LEAST_FREE = 16 * 1_048_576;
const FEW_FREE = 256 * 1_048_576;

/** Whether the folder is there and can be used. */
export const checkFolder: Check = async ({ data }) => {
  const { good, odd, bad } = about("data folder");
  const info = await stat(data);
  if (info === undefined) return [odd(`${data} is not there`, "The first start of the server makes it")];
  if (!info.isDirectory) return [bad(`${data} is not a folder`, "Move it away, or name another folder")];
  const [usable] = await shellLines('[ -r "$1" ] && [ -w "$1" ] && [ -x "$1" ] && echo yes', [data]);
  if (usable !== "yes") {
    return [bad(`${data} cannot be read and written by this user`, "Start as its owner, or give it to this user")];
  }
  if (info.mode !== null && (info.mode & 0o077) !== 0) {
    return [odd(`${data} is open to other users of this machine`, `chmod 700 ${data}`)];
  }
  return [good(data)];
};

/** Whether the disk has room. */
export const checkDisk: Check = async ({ data }) => {
  const { good, odd, bad } = about("disk");
  const free = await freeBytes(await stat(data) ? data : ".");
  if (free === undefined) return [odd("The system does not say how much space is free")];
  const says = `${Math.floor(free / 1_048_576)} MiB are free`;
  if (free < LEAST_FREE) return [bad(`Only ${says}: the history cannot go on`, "Make space")];
  return [free < FEW_FREE ? odd(`Only ${says}`, "Make space before the history stops") : good(says)];
};

/** Bytes that are free on the disk of a path; undefined if the system does not say. */
export async function freeBytes(path: string): Promise<number | undefined> {
  const [line = ""] = await shellLines('df -Pk "$1" | tail -n 1', [path]);
  const free = Number(line.split(/\s+/)[3]) * 1_024;
  return Number.isFinite(free) ? free : undefined;
}

/** Whether `server.json` and the lock tell the same. */
export const checkServerFile: Check = async ({ data, owner }) => {
  const { good, odd, bad } = about("server.json");
  const file = await readServerFile(data);
  if (owner === undefined) {
    if (file === undefined) return [good("No server runs")];
    return [odd(`It names process ${file.pid}, which was killed`, "Nothing: the next start replaces it")];
  }
  if (file === undefined) {
    return [odd(`${owner} has the folder and does not say where it listens`, "It starts or stops")];
  }
  const { mode } = await Deno.stat(`${data}/server.json`);
  if (mode !== null && (mode & 0o077) !== 0) {
    return [bad("Other users can read it, and the operator's token in it", `chmod 600 ${data}/server.json`)];
  }
  if (owner !== `process ${file.pid}`) {
    return [odd(`It names process ${file.pid}, but ${owner} has the folder`, "Restart")];
  }
  return [good(`${owner} serves at ${file.url}`)];
};

/** A clock may be off by that much, milliseconds. */
const CLOCK_SLACK_MS = 60_000;

/** What helps where a start would refuse the history. */
export const RESTORE = "Restore the right file, with its -wal if it has one; or start once with --accept-history";

/** Whether the history is the one that was here, is whole and fits this build. */
export const checkHistory: Check = async ({ data, owner }) => {
  const { good, odd, bad } = about("history");
  const path = `${data}/${HISTORY_FILE}`;
  if (await stat(path) === undefined) {
    if (owner !== undefined) {
      return [bad(`It is not there, though ${owner} writes it`, "End the server: it leaves a copy, and says where")];
    }
    const absence = await examineAbsence(data);
    if (absence !== undefined) return [bad(`No server starts: ${absence}`, RESTORE)];
    return [odd("There is none yet", "The first start of the server makes it")];
  }
  const { migrations, newestAt, discontinuity, damage, unseen, thorough } = await examineHistory(path, {
    thorough: true,
  });
  if (unseen !== undefined) {
    return [odd(`It could not be looked at: ${unseen}`, "Make space where it lies, and ask again")];
  }
  if (damage !== undefined) {
    return [bad(capital(damage), "Restore a copy, and keep this file for looking into")];
  }
  const names = (state: string) =>
    migrations.filter((migration) => migration.state === state).map(({ name }) => name).join(", ");
  const [unknown, pending] = [names("unknown"), names("pending")];
  const found: Finding[] = [];
  // What a running server writes is newer than what it has noted, and it looks after its file by itself.
  if (owner === undefined && discontinuity !== undefined) {
    found.push(bad(`No server starts: ${discontinuity}`, RESTORE));
  }
  if (unknown !== "") {
    found.push(
      bad(
        `It is newer than this build: it has had ${unknown}`,
        "Start the newer build, or go back: upgrade back",
      ),
    );
  }
  if (pending !== "") {
    found.push(odd(`The migrations ${pending} are to come`, "The next start runs them, or migrate up"));
  }
  if (newestAt !== undefined && newestAt > Date.now() + CLOCK_SLACK_MS) {
    found.push(odd(`Its newest entry is of ${new Date(newestAt).toISOString()}, which is to come`, "Set the clock"));
  }
  if (!thorough) {
    found.push(
      odd("It is too large to be looked at row by row here; some of its blocks are right", "history verify does it"),
    );
  }
  return found.length > 0 ? found : [good("Every row is covered by its chain")];
};

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
