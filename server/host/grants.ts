/**
 * What a plugin may reach outside of itself: exactly what its operator granted, as flags of its process.
 *
 * @module
 */
import { keysOf } from "../core/contract/keys.ts";
import type { Permissions } from "../core/contract/managed_plugin.ts";
import { PluginRefusal, SINCE_START } from "./refusal.ts";

/** How the values of each list look. A comma would add a value and a leading dash a flag, so neither may occur. */
const VALUES: Record<keyof Permissions, { pattern: RegExp; right: string }> = {
  net: { pattern: /^(?![-])[A-Za-z0-9._:/[\]*-]{1,256}$/, right: "a host, host:port, address or network" },
  read: { pattern: /^(?!-)[^,\p{Cc}]{1,1024}$/u, right: "a path" },
  write: { pattern: /^(?!-)[^,\p{Cc}]{1,1024}$/u, right: "a path" },
  env: {
    pattern: /^(?!SWITCHROOM_)[A-Za-z_][A-Za-z0-9_]{0,255}$/,
    right: "a variable's name that is not the server's own",
  },
  run: { pattern: /^(?!-)[^,\p{Cc}]{1,1024}$/u, right: "a program's name or path" },
  sys: { pattern: /^[A-Za-z]{1,64}$/, right: "one of Deno's names of system information" },
};

const LISTS = keysOf(VALUES);

/**
 * Turns grants into flags for `deno run`.
 *
 * @param asked What the manifest asks for.
 * @param granted What the operator granted.
 * @throws {PluginRefusal} `needsGrant` if something asked for is not granted; the message says what to add. `stopped`
 * if a value is not valid.
 */
export function permissionFlags(asked: Permissions, granted: Permissions): string[] {
  const missing: Partial<Record<keyof Permissions, readonly string[]>> = {};
  const flags: string[] = [];
  for (const list of LISTS) {
    for (const value of [...asked[list], ...granted[list]]) check(list, value);
    if (asked[list].some((value) => !granted[list].includes(value))) {
      missing[list] = [...new Set([...granted[list], ...asked[list]])];
    }
    if (granted[list].length > 0) flags.push(`--allow-${list}=${granted[list].join(",")}`);
  }
  if (Object.keys(missing).length === 0) return flags;
  const all = Object.fromEntries(
    LISTS.map((list) => [list, missing[list] ?? granted[list]]).filter(([, values]) => values?.length),
  );
  throw new PluginRefusal(
    `Cannot start the plugin: it asks for permissions that it was not granted. To grant them, let its entry in "plugins" say: "grants": ${
      JSON.stringify(all)
    }`,
    { state: "needsGrant" },
  );
}

/**
 * Reads the granted variables, which are all that the plugin's environment holds; one that is not set is left out.
 *
 * @throws {PluginRefusal} If the server itself may not read one: it was granted after the server's start.
 */
export function grantedEnvironment({ env }: Permissions): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of env) {
    try {
      const value = Deno.env.get(name);
      if (value !== undefined) values[name] = value;
    } catch (error) {
      throw new PluginRefusal(
        `Cannot hand the variable ${name} to the plugin: ${SINCE_START}`,
        { cause: error },
      );
    }
  }
  return values;
}

function check(list: keyof Permissions, value: string): void {
  const { pattern, right } = VALUES[list];
  if (pattern.test(value)) return;
  throw new PluginRefusal(
    `Cannot grant ${list} ${JSON.stringify(value)} to the plugin: it must be ${right}, without commas`,
  );
}
