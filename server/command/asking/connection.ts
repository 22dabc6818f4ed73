/**
 * A server that runs, as commands speak to it: over HTTP, as every other client does.
 *
 * @module
 */
import { z } from "zod";
import { wordsOf } from "../../core/contract/errors.ts";
import { ownerOfDataFolder } from "../../history/mod.ts";
import { Failure } from "../ending/failure.ts";
import { explainCertificate } from "./certificate_words.ts";
import type { Option } from "../line/command.ts";
import { Misuse } from "../ending/misuse.ts";
import { readServerFile, type ServerFile } from "../finding/server_file.ts";

/** The token of whoever does not want to be the operator. */
const VARIABLE = "SWITCHROOM_TOKEN";

/** How long an answer may take that waits for nothing. */
const PATIENCE_MS = 30_000;

/** Options of every command that speaks to a server. */
export const SERVER_OPTIONS = {
  data: { type: "string", value: "DIR", path: true, says: "the data folder of the server (data)" },
  url: { type: "string", value: "URL", says: `a server by its address, with a token in ${VARIABLE}` },
  ca: { type: "string", value: "FILE", path: true, says: "a certificate (PEM) to trust, such as the server's own" },
} as const satisfies Record<string, Option>;

/** The values of {@linkcode SERVER_OPTIONS}. */
export type ServerOptions = { [Name in keyof typeof SERVER_OPTIONS]?: string | undefined };

/** The data folder, unless named. */
export const DATA = "data";

/** What a call carries, and what its answer must look like. */
interface CallOptions<Shape extends z.ZodType> {
  /** The answer's shape: what is not in it is left to a later version. */
  readonly shape: Shape;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** A status that is an answer too, and not a refusal. */
  readonly also?: number;
}

/** A server that can be asked. */
export interface Connection {
  /**
   * Makes a call, such as `call("GET /v1/phones", { shape })`. An answer without a body is `undefined`.
   *
   * @throws {Failure} If the server does not answer or refuses; the message is the server's own.
   */
  call<Shape extends z.ZodType>(route: string, options: CallOptions<Shape>): Promise<z.output<Shape>>;
}

/**
 * Finds the server of a data folder, or the one that `url` names.
 *
 * @throws {Failure} If no server runs there.
 * @throws {Misuse} If `url` comes without a token, or `ca` cannot be read.
 */
export async function connect({ data = DATA, url, ca }: ServerOptions): Promise<Connection> {
  const token = Deno.env.get(VARIABLE) || undefined;
  const client = ca === undefined ? undefined : await trusting(ca);
  if (url !== undefined) {
    if (token !== undefined) return connection(parseUrl(url), { token, client });
    throw new Misuse(`--url needs the token of that server in ${VARIABLE}`);
  }
  const file = await readServerFile(data);
  const owner = await ownerOfDataFolder(data).catch(() => undefined);
  // Anybody may listen by now where a killed server did: a token is for the process that has the folder, and for no other.
  if (file === undefined || owner !== `process ${file.pid}`) throw new Failure(whyNone(data, { file, owner }));
  const own = token ?? file.token;
  if (own === undefined) throw new Failure(`${data}/server.json has no token: set ${VARIABLE}`);
  return connection(reachable(file.local ?? file.url), {
    token: own,
    client,
    of: `on the data folder ${data}, ${owner},`,
  });
}

/** A server that listens on every address is asked on the loopback one: the others are nobody's name, and no certificate's. */
function reachable(url: string): URL {
  return new URL(url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:"));
}

interface Access {
  token: string;
  client: Deno.HttpClient | undefined;
  /** Which server it is, in words, if it was found by its data folder. */
  of?: string;
}

function connection(base: URL, { token, client, of }: Access): Connection {
  return {
    async call(route, { shape, body, headers, signal, also }) {
      const [method = "GET", path = ""] = route.split(" ");
      let response: Response | undefined;
      let text: string;
      try {
        response = await fetch(new URL(path, base), {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body !== undefined && { "content-type": "application/json" }),
            ...headers,
          },
          body: body === undefined ? null : JSON.stringify(body),
          signal: signal ?? AbortSignal.timeout(PATIENCE_MS),
          redirect: "manual",
          ...(client && { client }),
        });
        text = await response.text();
      } catch (error) {
        signal?.throwIfAborted();
        const why = response ? `The answer to ${route} broke off: ${whyOf(error)}` : whySilent(base, { error, of });
        throw new Failure(why, { cause: error });
      }
      return read({ response, text }, { route, shape, also });
    },
  };
}

const problem = z.object({ detail: z.string(), code: z.string().optional() });

function read<Shape extends z.ZodType>(
  { response, text }: { response: Response; text: string },
  { route, shape, also }: { route: string; shape: Shape; also: number | undefined },
): z.output<Shape> {
  const value = text === "" ? undefined : jsonOf(text);
  if (!response.ok && response.status !== also) {
    const refused = problem.safeParse(value);
    if (!refused.success) throw new Failure(`The answer to ${route} is ${response.status}, and not of a Switchroom`);
    const { detail, code } = refused.data;
    throw new Failure(code === undefined ? detail : `${detail} (${code})`);
  }
  const fitting = shape.safeParse(value);
  if (fitting.success) return fitting.data;
  throw new Failure(
    `The answer to ${route} is not as expected (${fitting.error.issues[0]?.path.join(".") ?? ""}: ${
      fitting.error.issues[0]?.message
    }): is the server of another version?`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new Misuse(`--url cannot be ${JSON.stringify(text)}: it must be as http://127.0.0.1:8274`);
}

async function trusting(path: string): Promise<Deno.HttpClient> {
  try {
    return Deno.createHttpClient({ caCerts: [await Deno.readTextFile(path)] });
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

/** Why nobody answers. */
function whySilent({ host, origin }: URL, { error, of }: { error: unknown; of: string | undefined }): string {
  if (error instanceof Deno.errors.NotCapable) {
    return `The command line may not reach ${host}: let a tunnel lead there from 127.0.0.1, or add ${host} to the ` +
      "--allow-net of the task cli in deno.json";
  }
  if (of === undefined) return `No server answers at ${origin}: ${whyOf(error)}`;
  return `The server ${of} does not answer at ${origin}: ${whyOf(error)}`;
}

/** The end of what Deno says of a call that failed: the rest repeats the address. */
function whyOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return explainCertificate(
    wordsOf(cause).replace(/^error sending request for url \(.*?\): (client error \(\w+\): )?/, ""),
  );
}
