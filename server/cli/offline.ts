/**
 * A data folder that no server runs on.
 *
 * @module
 */
import { HISTORY_FILE, type OpenHistory, openHistory, ownerOfDataFolder, takeDataFolder } from "../history/mod.ts";
import { Failure, internalError, refuseDenied } from "../program/mod.ts";
import { dataFolder } from "./calling/find_server.ts";

/**
 * Whether a server runs on a data folder, or on the usual one.
 *
 * @throws {Failure} If this user may not know.
 */
export async function isServed(named: string | undefined): Promise<boolean> {
  const data = await dataFolder(named);
  try {
    return await ownerOfDataFolder(data) !== undefined;
  } catch (error) {
    refuseDenied(error, data);
    return false;
  }
}

/**
 * The history's file in a data folder, or in the usual one.
 *
 * @throws {Failure} If no server has ever run there, as a folder that was mistyped must not become one, or this user
 * may not read it.
 */
export async function historyFile(named: string | undefined): Promise<string> {
  const data = await dataFolder(named);
  const path = `${data}/${HISTORY_FILE}`;
  try {
    await Deno.stat(path);
    return path;
  } catch (error) {
    refuseDenied(error, data);
    throw new Failure(`There is no ${path}: start a server with --data ${data} first, or name another folder`);
  }
}

/**
 * Takes a data folder, or the usual one, as a server does at its start, and opens its history: it is migrated, and what
 * a killed server left open is `lost`.
 *
 * @throws {Failure} As {@linkcode historyFile}.
 * @throws {HistoryError} If it is in use, or cannot be opened.
 */
export async function withHistory<Result>(
  named: string | undefined,
  use: (opened: OpenHistory) => Promise<Result>,
): Promise<Result> {
  const data = await dataFolder(named);
  await historyFile(data);
  using folder = await takeDataFolder(data);
  await using opened = await openHistory({ folder, durability: "full", onFatal: internalError });
  return await use(opened);
}
