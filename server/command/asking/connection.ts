/**
 * A server that runs, as commands speak to it: over HTTP, as every other client does.
 *
 * @module
 */
import { z } from "zod";
import { wordsOf } from "../../core/contract/errors.ts";
import { ownerOfDataFolder } from "../../history/data_folder.ts";
import { Failure } from "../failure.ts";
import type { Option } from "../line/command.ts";
import { Misuse } from "../misuse.ts";
import { readServerFile } from "../server_file.ts";

/** The token of whoever does not want to be the operator. */
const VARIABLE = "SWITCHROOM_TOKEN";

/** How long an answer may take that waits for nothing. */
const PATIENCE_MS = 30_000;

/** Options of every command that speaks to a server. */
export const SERVER_OPTIONS = {
  data: { type: "string", value: "DIR", says: "the data folder of the server (data)" },
  url: { type: "string", value: "URL", says: `a server by its address, with a token in ${VARIABLE}` },
  ca: { type: "string", value: "FILE", says: "a certificate (PEM) to trust, such as the server's own" },
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
  if (file === undefined) throw new Failure(await whyNone(data));
  const own = token ?? file.token;
  if (own === undefined) throw new Failure(`${data}/server.json has no token: set ${VARIABLE}`);
  return connection(reachable(file.url), { token: own, client, data });
}

/** A server that listens on every address is asked on the loopback one: the others are nobody's name, and no certificate's. */
function reachable(url: string): URL {
  return new URL(url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:"));
}

interface Access {
  token: string;
  client: Deno.HttpClient | undefined;
  /** The data folder by which the server was found. */
  data?: string;
}

function connection(base: URL, { token, client, data }: Access): Connection {
  return {
    async call(route, { shape, body, headers, signal, also }) {
      const [method = "GET", path = ""] = route.split(" ");
      let response: Response;
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
      } catch (error) {
        signal?.throwIfAborted();
        throw new Failure(await whySilent(base, { error, data }), { cause: error });
      }
      return await read(response, { route, shape, also });
    },
  };
}

const problem = z.object({ detail: z.string(), code: z.string().optional() });

async function read<Shape extends z.ZodType>(
  response: Response,
  { route, shape, also }: { route: string; shape: Shape; also: number | undefined },
): Promise<z.output<Shape>> {
  const text = await response.text();
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
async function whyNone(data: string): Promise<string> {
  const owner = await ownerOfDataFolder(data).catch(() => undefined);
  return owner === undefined
    ? `No server runs on the data folder ${data}: start one, or name another folder with --data`
    : `The data folder ${data} is in use by ${owner}, which does not say where it listens: it is starting or stopping`;
}

/** Why nobody answers. */
async function whySilent(
  { host, origin }: URL,
  { error, data }: { error: unknown; data: string | undefined },
): Promise<string> {
  if (error instanceof Deno.errors.NotCapable) {
    return `The command line may not reach ${host}: let a tunnel lead there from 127.0.0.1, or add ${host} to the ` +
      "--allow-net of the task cli in deno.json";
  }
  if (data === undefined) return `No server answers at ${origin}: ${whyOf(error)}`;
  const owner = await ownerOfDataFolder(data).catch(() => undefined);
  return owner === undefined
    ? `No server runs on the data folder ${data}: ${data}/server.json is what a killed one left. Start the server again`
    : `The server on the data folder ${data}, ${owner}, does not answer at ${origin}: ${whyOf(error)}`;
}

/** The end of what Deno says of a call that failed: the rest repeats the address. */
function whyOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return wordsOf(cause).replace(/^error sending request for url \(.*?\): (client error \(\w+\): )?/, "");
}
