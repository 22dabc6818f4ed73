/**
 * The looks at an installation, in the order in which a fault explains those after it.
 *
 * @module
 */
import { ownerOfDataFolder } from "../../history/mod.ts";
import {
  type Configuration,
  type Flags,
  Misuse,
  type Placed,
  placed,
  readConfiguration,
  readServerFile,
} from "../../program/mod.ts";
import { about, type Check, type Finding, findings } from "./check.ts";
import { checkDisk, checkFolder, checkHistory, checkServerFile } from "./data_folder.ts";
import { checkLeftovers, checkPlugins } from "./plugins.ts";
import { checkClock, checkDeno, checkPermissions } from "./program.ts";
import { checkUpgrade } from "./upgrade.ts";
import { checkAddress, checkCertificate, checkKey, checkReadiness, checkTokens } from "./server.ts";

export type { Finding, State } from "./check.ts";

const CHECKS: Readonly<Record<string, Check>> = {
  "Deno": checkDeno,
  "permissions": checkPermissions,
  "clock": checkClock,
  "data folder": checkFolder,
  "disk": checkDisk,
  "server.json": checkServerFile,
  "history": checkHistory,
  "certificate": checkCertificate,
  "checkpoints.key": checkKey,
  "address": checkAddress,
  "plugins": checkPlugins,
  "processes": checkLeftovers,
  "server": checkReadiness,
  "tokens": checkTokens,
};

/** What matters of them before this build is started on what another has left. */
const BEFORE_UPGRADE: Readonly<Record<string, Check>> = {
  "Deno": checkDeno,
  "data folder": checkFolder,
  "history": checkUpgrade,
  "plugins": checkPlugins,
};

/** What lies in the data folder. To a user who may not look into it, the folder's own finding says so, once. */
const INSIDE = new Set(["server.json", "history", "processes"]);

/**
 * Looks at the installation that a server would be started on with these flags.
 *
 * @returns Everything that was found, good or not.
 */
export function examine(named: Flags): AsyncGenerator<Finding> {
  return examineBy(CHECKS, named);
}

/**
 * Looks at what this build would find that it is to be started on, and what it would do to it.
 *
 * @returns Everything that was found, good or not.
 */
export function examineUpgrade(named: Flags): AsyncGenerator<Finding> {
  return examineBy(BEFORE_UPGRADE, named);
}

async function* examineBy(of: Readonly<Record<string, Check>>, named: Flags): AsyncGenerator<Finding> {
  const { good, bad } = about("configuration");
  const usual = await placed(named, { look: true });
  const flags = named.config === undefined ? await asServed(usual) : usual;
  let configuration: Configuration | undefined;
  try {
    configuration = await readConfiguration(flags);
    const whose = flags.config === usual.config ? "" : ", as the running server has it";
    yield good(`${flags.config ?? "every default"}${whose}`);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    yield bad(error.message);
  }
  const { data } = flags;
  let denied = false;
  const owner = await ownerOfDataFolder(data).catch((error) => {
    denied = error instanceof Deno.errors.PermissionDenied;
    return undefined;
  });
  const checks = Object.entries(of).filter(([part]) => !(denied && INSIDE.has(part)));
  yield* findings(checks, { flags, configuration, data, owner });
}

/** The flags with the configuration of the server that runs on the data folder, where none is named. */
async function asServed(flags: Placed): Promise<Placed> {
  try {
    const config = await ownerOfDataFolder(flags.data) && (await readServerFile(flags.data))?.config;
    return config ? { ...flags, config } : flags;
  } catch {
    // What is wrong with the folder or the file is a finding of its own.
    return flags;
  }
}
