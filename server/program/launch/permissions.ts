/**
 * What a server may reach of the machine: what its configuration names, and nothing else. Whatever else it is to reach
 * joins {@linkcode permissionsOf}, with the reason that `serve --print-permissions` gives.
 *
 * @module
 */
import { hostOf } from "../configuration/called_host.ts";
import { Misuse } from "../exit.ts";
import { HOME, PLACE_VARIABLES } from "../places.ts";
import { SERVICE_VARIABLES } from "../service.ts";
import type { Named } from "./named.ts";

/** One value of one of Deno's permissions. */
export interface Permission {
  readonly kind: "net" | "read" | "write" | "env" | "run";
  readonly value: string;
  readonly why: string;
}

/** Where a server's modules are, those of its threads too, which are read by permission; and the plugins that come with it. */
const PROGRAM = ["server", "migrations", "plugins"].map((folder) => `${HOME}${folder}`);

/** What never changes while a server runs, wherever the data folder is; and what no command changes. */
const FIXED = [
  ...PROGRAM,
  ...["bin", "examples", "packaging", "tests", "deno.json", "deno.lock"].map((name) => `${HOME}${name}`),
];

/** A variable that a plugin can be granted, as `host/grants.ts` has it: what is none is refused there. */
const GRANTED_VARIABLE = /^(?!SWITCHROOM_)[A-Za-z_][A-Za-z0-9_]{0,255}$/;

/** By default Deno would ask on a terminal, and let a program load modules from some hosts. */
const ALWAYS = ["--no-prompt", "--no-remote"];

/** Everything that a server with this configuration may reach, in the order in which it is shown. */
export function permissionsOf(
  { listen, tls, data, files, sources, appended, receivers, variables }: Named,
): Permission[] {
  const table: readonly (readonly [Permission["kind"], values: readonly string[], why: string])[] = [
    ["net", listen === undefined ? [] : hostAndPort(listen), "to listen"],
    ["net", tls ? ["127.0.0.1"] : [], "to listen without TLS for this machine, on a free port"],
    ["net", receivers, "to send checkpoints to"],
    ["read", PROGRAM, "the program, and the plugins that come with it"],
    ["read", [data], "the data folder"],
    ["read", files, "the configuration, and what it names"],
    ["read", sources, "the folder of a plugin"],
    ["read", appended, "to see whether the last checkpoint in it is whole"],
    ["write", [data], "the data folder"],
    ["write", appended, "to append checkpoints to"],
    ["env", ["SWITCHROOM_BOOTSTRAP_TOKEN"], "the first token"],
    ["env", SERVICE_VARIABLES, "whether a service manager started it, whose journal must not have a token"],
    ["env", variables.filter((name) => GRANTED_VARIABLE.test(name)), "granted to a plugin"],
    ["run", ["sh"], "to start plugins, and to look after them"],
  ];
  return table.flatMap(([kind, values, why]) => values.map((value) => ({ kind, value, why })));
}

/**
 * Permissions as flags of Deno.
 *
 * @throws {Misuse} If there is a value that Deno's flags cannot name.
 */
export function flagsOf(permissions: readonly Permission[]): string[] {
  const flags = Object.entries(Object.groupBy(permissions, ({ kind }) => kind)).map(([kind, ofKind]) =>
    `--allow-${kind}=${[...new Set(ofKind.map(nameable))].join(",")}`
  );
  // A data folder around the program would take it along.
  const written = permissions.filter(({ kind }) => kind === "write").map(({ value }) => `${value}/`.replace("//", "/"));
  const denied = FIXED.filter((path) => written.some((folder) => path.startsWith(folder)));
  return [...ALWAYS, ...flags, ...denied.length === 0 ? [] : [`--deny-write=${denied.join(",")}`]];
}

/** Every address by which this machine calls itself. */
const THIS_MACHINE = ["127.0.0.1", "[::1]", "localhost", "0.0.0.0", "[::]"];

/**
 * What the command line may reach, as flags of Deno: servers of this machine and the one that `url` names, and every
 * file, for it is used to read and write the files of whoever uses it; but it changes nothing of the program.
 *
 * @throws {Misuse} If there is a value that Deno's flags cannot name.
 */
export function commandLineFlags({ url }: { url: string | undefined }): string[] {
  const hosts = [...THIS_MACHINE, ...url === undefined ? [] : hostOf(url)];
  const list = (kind: Permission["kind"], { values, why }: { values: readonly string[]; why: string }) =>
    values.map((value) => nameable({ kind, value, why })).join(",");
  return [
    ...ALWAYS,
    `--allow-net=${list("net", { values: hosts, why: "to call the server that --url names" })}`,
    "--allow-read",
    "--allow-write",
    `--deny-write=${list("write", { values: FIXED, why: "the program" })}`,
    `--allow-env=${
      ["SWITCHROOM_BOOTSTRAP_TOKEN", "SWITCHROOM_TOKEN", "SWITCHROOM_TOKEN_FILE", ...PLACE_VARIABLES].join(",")
    }`,
    "--allow-run=sh",
  ];
}

/** As Deno names an address. Port 0 is any: a listener that has to begin anew goes on at the one that it was given. */
function hostAndPort({ hostname, port }: NonNullable<Named["listen"]>): string[] {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const value = port === 0 ? host : `${host}:${port}`;
  try {
    Deno.permissions.querySync({ name: "net", host: value });
    return [value];
  } catch {
    return []; // The server says what is wrong with it, when it cannot listen.
  }
}

function nameable({ kind, value, why }: Permission): string {
  if (!value.includes(",")) return value;
  throw new Misuse(
    `Cannot give the server ${kind} ${value} (${why}): Deno's flags cannot name a path with a comma. Move it, or name a symbolic link to it whose own path has none`,
  );
}
