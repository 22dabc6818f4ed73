/**
 * Which server a command calls: the one of a data folder, or the one that its user names.
 *
 * @module
 */
import { wordsOf } from "../../core/contract/errors.ts";
import { SECRET } from "../../core/contract/token.ts";
import { ownerOfDataFolder } from "../../history/mod.ts";
import { Failure, hostOf, Misuse, placed, readServerFile, readSmallFile, type ServerFile } from "../../program/mod.ts";
import type { Option } from "../parsing/command.ts";

/** The token of whoever does not want to be the operator, and a file that holds it. */
const VARIABLE = "SWITCHROOM_TOKEN";
const FILE_VARIABLE = "SWITCHROOM_TOKEN_FILE";

/** Options of every command that speaks to a server. */
export const SERVER_OPTIONS = {
  data: { type: "string", value: "DIR", path: true, says: "the data folder of the server (the usual one)" },
  url: { type: "string", value: "URL", says: `a server by its address, with a token in ${VARIABLE}` },
  "token-file": {
    type: "string",
    value: "FILE",
    path: true,
    says: `a file with the token to use, that only its owner can read (${FILE_VARIABLE})`,
  },
  ca: { type: "string", value: "FILE", path: true, says: "a certificate (PEM) to trust, such as the server's own" },
} as const satisfies Record<string, Option>;

/** The values of {@linkcode SERVER_OPTIONS}. */
export type ServerOptions = { [Name in keyof typeof SERVER_OPTIONS]?: string | undefined };

/** The data folder that a command looks at: the one that its user names, or the usual one. */
export async function dataFolder(named: string | undefined): Promise<string> {
  return named ?? (await placed({}, { look: true })).data;
}

/** A server that can be called. */
export interface FoundServer {
  /** Where it listens. */
  readonly url: URL;
  /** Who calls it. */
  readonly token: string;
  /** With what else: a certificate that is trusted. */
  readonly transport: { client: Deno.HttpClient } | undefined;
  /** Which server it is, in words, if it was found by its data folder. */
  readonly of?: string;
}

/**
 * Finds the server of a data folder, or the one that `url` names.
 *
 * @throws {Failure} If no server runs there.
 * @throws {Misuse} If `url` comes without a token, or the token could not be sent, or a file cannot be used.
 */
export async function findServer(
  { data: named, url, ca, "token-file": tokenFile }: ServerOptions,
): Promise<FoundServer> {
  const token = await givenToken(tokenFile);
  const transport = ca === undefined ? undefined : { client: await trusting(ca) };
  if (url !== undefined) {
    if (token !== undefined) return { url: parseUrl(url), token, transport };
    throw new Misuse(
      `--url needs the token of that server in ${VARIABLE}, or in a file: --token-file, ${FILE_VARIABLE}`,
    );
  }
  const data = await dataFolder(named);
  const file = await readServerFile(data);
  const owner = await ownerOfDataFolder(data).catch(() => undefined);
  // Anybody may listen by now where a killed server did: a token is for the process that has the folder, no other.
  if (file === undefined || owner !== `process ${file.pid}`) throw new Failure(whyNone(data, { file, owner }));
  const own = token ?? file.token;
  if (own === undefined) throw new Failure(`${data}/server.json has no token: set ${VARIABLE}`);
  return {
    url: reachable(file.local ?? file.url),
    token: own,
    transport,
    of: `on the data folder ${data}, ${owner},`,
  };
}

/** The token to use: that of the option's file, else the variable's, else that of the file that the other one names. */
async function givenToken(file: string | undefined): Promise<string | undefined> {
  const said = file === undefined ? Deno.env.get(VARIABLE) || undefined : undefined;
  const path = file ?? (said === undefined ? Deno.env.get(FILE_VARIABLE) || undefined : undefined);
  const token = path === undefined ? said : await readToken(path);
  if (token === undefined || SECRET.test(token)) return token;
  const where = path === undefined ? VARIABLE : `What ${path} holds`;
  const why = token === "" ? "it is empty" : "it must be printable ASCII without spaces or line ends";
  throw new Misuse(`${where} cannot be a token: ${why}`);
}

/** Reads a token from a file, of which an end of line is none. */
async function readToken(path: string): Promise<string> {
  try {
    const text = await readSmallFile(path);
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & 0o077) !== 0) throw new Error(`other users can get at it: chmod 600 ${path}`);
    return text.trimEnd();
  } catch (error) {
    throw new Misuse(`Cannot use the token of ${path}: ${wordsOf(error)}`);
  }
}

/**
 * A server that listens on every address is called on the loopback one: the others are nobody's name, and no
 * certificate's.
 */
function reachable(url: string): URL {
  return new URL(url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:"));
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && `${url.username}${url.password}` !== "") {
    throw new Misuse("--url cannot have a user or a password: a token says who calls");
  }
  if (url !== null && hostOf(text).length > 0 && url.href === `${url.origin}/`) return url;
  throw new Misuse(
    `--url cannot be ${JSON.stringify(text)}: it must be as http://127.0.0.1:8274, with nothing behind that`,
  );
}

async function trusting(path: string): Promise<Deno.HttpClient> {
  try {
    return Deno.createHttpClient({ caCerts: [await readSmallFile(path)] });
  } catch (error) {
    throw new Misuse(`Cannot use the certificate ${path}: ${wordsOf(error)}. It must be a file in PEM`);
  }
}

/** Why there is no server to be found by its data folder. */
function whyNone(
  data: string,
  { file, owner }: { file: ServerFile | undefined; owner: string | undefined },
): string {
  if (owner !== undefined) {
    return `The data folder ${data} is in use by ${owner}, which does not say where it listens: it is starting or stopping`;
  }
  return file === undefined
    ? `No server runs on the data folder ${data}: start one, or name another folder with --data`
    : `No server runs on the data folder ${data}: ${data}/server.json is what a killed one left. Start the server again`;
}
