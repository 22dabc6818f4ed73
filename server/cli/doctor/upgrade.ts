/**
 * What the first start of this build would do to a data folder that another build has left, and whether one can go back.
 *
 * @module
 */
import { examineAbsence, examineHistory, HISTORY_FILE } from "../../history/mod.ts";
import { capital } from "../output.ts";
import { about, type Check, type Finding } from "./check.ts";
import { freeBytes, RESTORE } from "./data_folder.ts";

/** How fast a history was copied that was measured (docs/performance.md), bytes a second. */
const COPIED_A_SECOND = 150_000_000;
/** What a start takes besides, seconds. */
const START_S = 1;
/** What the migrations write beside the copy, bytes. */
const LEAST_FREE = 16 * 1_048_576;

/** Which tables would be migrated, how long that takes, what disk it needs, what copy is made, and the way back. */
export const checkUpgrade: Check = async ({ data, owner }) => {
  const { good, odd, bad } = about("history");
  const file = `${data}/${HISTORY_FILE}`;
  const bytes = await sizeOf(file) + await sizeOf(`${file}-wal`);
  if (bytes === 0) {
    const absence = await examineAbsence(data);
    if (absence !== undefined) return [bad(`No server starts: ${absence}`, RESTORE)];
    return [good(`There is none in ${data}: a start makes a new one`)];
  }
  const { migrations, discontinuity, damage, unseen } = await examineHistory(file, { thorough: true });
  if (damage !== undefined) return [bad(capital(damage), "Restore a copy before anything else is done to it")];
  if (unseen !== undefined) return [bad(`It could not be looked at: ${unseen}`, "Make space where it lies")];
  const names = (state: string) => migrations.filter((each) => each.state === state).map(({ name }) => name);
  const [unknown, pending] = [names("unknown"), names("pending")];
  if (unknown.length > 0) {
    return [
      bad(
        `It is newer than this build: it has had ${unknown.join(", ")}`,
        "Start the newer build, or go back: upgrade back",
      ),
    ];
  }
  const found: Finding[] = [];
  if (discontinuity !== undefined) found.push(bad(`No server starts: ${discontinuity}`, RESTORE));
  if (owner !== undefined) {
    found.push(odd(`${owner} serves it, and goes on doing so`, "Stop that server before this build is started"));
  }
  const [first] = pending;
  if (first === undefined) {
    return [
      ...found,
      good("It has the tables of this build: nothing is migrated, and no copy is made"),
      about("way back").good("A build with these tables starts on it as it is; an older one after upgrade back"),
    ];
  }
  return [
    ...found,
    good(`The first start migrates it: ${pending.join(", ")}`),
    about("time").good(
      `About ${START_S + Math.ceil(bytes / COPIED_A_SECOND)} s, an estimate by what was measured elsewhere: ` +
        `copying ${mebibytes(bytes)} first takes most of it, and nothing listens meanwhile`,
    ),
    await room(data, bytes),
    about("copy").good(`It is copied to ${data}/backups first, as TIME-before-${first}.db; for its owner's eyes only`),
    about("way back").good(
      "With this build: upgrade back. It puts the copy back, says how many requests that does not hold, and exports them first",
    ),
  ];
};

async function room(data: string, bytes: number): Promise<Finding> {
  const { good, odd, bad } = about("disk");
  const free = await freeBytes(data);
  if (free === undefined) return odd(`The copy needs ${mebibytes(bytes)}; the system does not say how much is free`);
  const says = `The copy needs ${mebibytes(bytes)}, and ${mebibytes(free)} are free`;
  return free < bytes + LEAST_FREE ? bad(says, "Make space: the start would end, and leave all as it is") : good(says);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MiB`;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
