/**
 * Where things are of a server that is not told so: one that a service manager runs, one of a checkout, one of a person.
 *
 * The paths of systemd.exec(5) (`ConfigurationDirectory=`, `StateDirectory=`) and of the XDG Base Directory
 * Specification; own plugins lie beside the configuration, which names them relative to itself.
 *
 * @module
 */
import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Flags } from "./configuration/flags.ts";
import { readJsonFile } from "./configuration/json_file.ts";
import { DEFAULT_DATA } from "./configuration/usual.ts";
import { Misuse } from "./exit.ts";

/** Switchroom's own folder. */
export const HOME = fileURLToPath(new URL("../../", import.meta.url));

/** Where a history is that somebody tries it out with. */
export const CHECKOUT_DATA = `${HOME}data`;

/** The variables that are read. */
export const PLACE_VARIABLES = [
  "CONFIGURATION_DIRECTORY",
  "STATE_DIRECTORY",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "HOME",
] as const;

/** The name of a configuration file in its usual folder. */
const FILE = "switchroom.json";

/** Where a service has its things. */
const OF_SERVICE = { config: `/etc/switchroom/${FILE}`, data: "/var/lib/switchroom" };

/** The usual places, for people. */
export const USUAL_PLACES =
  `The configuration is ${FILE}, the data folder what it or --data says. Where neither is named they are, for a service, ` +
  "in the folders that its manager names (CONFIGURATION_DIRECTORY, STATE_DIRECTORY); for a checkout no file, and its " +
  "folder data; for anybody else switchroom in XDG_CONFIG_HOME (~/.config) and in XDG_DATA_HOME (~/.local/share).";

/** Flags of which the data folder is known. */
export interface Placed extends Flags {
  data: string;
}

/** Where one server has its things. */
interface Place {
  readonly of: "service" | "checkout" | "person";
  /** The configuration, which need not be there; undefined if none is looked for. */
  readonly config: string | undefined;
  readonly data: string;
}

/**
 * Completes what a server is started with by what it was not told: the configuration, if there is one in its usual
 * place, and the data folder.
 *
 * The data folder is what `--data` says, else what the configuration says. Else a service has its own; a configuration
 * that was named by `--config` has one beside it; the rest is that of the checkout or the person.
 *
 * @param options.look Whether a server is looked for, and not to be started: where this person has none, it is the one
 * that this machine runs as a service.
 * @throws {Misuse} If nothing says where to keep the data.
 */
export async function placed(flags: Flags, { look = false } = {}): Promise<Placed> {
  const { config: given, data } = flags;
  if (given !== undefined && data !== undefined) return { ...flags, data };
  const place = usualPlace({ look });
  const config = given ?? (place.config !== undefined && isThere(place.config) ? place.config : undefined);
  const complete = { ...flags, ...(config !== undefined && { config }) };
  if (data !== undefined) return { ...complete, data };
  const named = config && await dataIn(config);
  if (named) return { ...complete, data: named };
  if (given !== undefined && place.of !== "service") {
    return { ...complete, data: resolve(dirname(given), DEFAULT_DATA) };
  }
  if (place.data === "") {
    throw new Misuse("Cannot tell where to keep the data: HOME is not set. Set it, or name a folder with --data");
  }
  return { ...complete, data: place.data };
}

function usualPlace({ look }: { look: boolean }): Place {
  const state = folderOf("STATE_DIRECTORY");
  const configuration = folderOf("CONFIGURATION_DIRECTORY");
  if (state !== undefined) return { of: "service", config: configuration && `${configuration}/${FILE}`, data: state };
  // Tests are what no package has.
  if (isThere(`${HOME}tests`)) return { of: "checkout", config: undefined, data: CHECKOUT_DATA };
  const home = folderOf("HOME");
  const within = (variable: string, usual: string) => folderOf(variable) ?? (home && `${home}/${usual}`);
  const data = within("XDG_DATA_HOME", ".local/share");
  const config = within("XDG_CONFIG_HOME", ".config");
  const own = data === undefined ? "" : `${data}/switchroom`;
  if (look && !isThere(own) && isThere(OF_SERVICE.data)) return { of: "service", ...OF_SERVICE };
  return { of: "person", config: config && `${config}/switchroom/${FILE}`, data: own };
}

/** A folder that a variable names, the first of several; undefined if it names none, as a relative one does. */
function folderOf(variable: string): string | undefined {
  // Whoever was started with other permissions is told everything by flags.
  if (Deno.permissions.querySync({ name: "env", variable }).state !== "granted") return undefined;
  const [folder = ""] = (Deno.env.get(variable) ?? "").split(":");
  return isAbsolute(folder) ? resolve(folder) : undefined;
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    // What may not be looked at is there.
    return error instanceof Deno.errors.PermissionDenied;
  }
}

/** The data folder that a configuration names; what is wrong with it, whoever reads it whole says. */
async function dataIn(config: string): Promise<string | undefined> {
  const file = await readJsonFile(config).catch(() => undefined);
  const data: unknown = typeof file === "object" && file !== null ? Reflect.get(file, "data") : undefined;
  return typeof data === "string" && data !== "" ? resolve(dirname(config), data) : undefined;
}
