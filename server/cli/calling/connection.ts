/**
 * A server that runs, as commands call it: over HTTP, as every other client does.
 *
 * @module
 */
import { z } from "zod";
import { wordsOf } from "../../core/contract/errors.ts";
import { Failure } from "../../program/mod.ts";

/** How long an answer may take that waits for nothing. */
const PATIENCE_MS = 30_000;

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

/** A server that can be called. */
export interface Connection {
  /**
   * Makes a call, such as `call("GET /v1/phones", { shape })`. An answer without a body is `undefined`.
   *
   * @throws {Failure} If the server does not answer or refuses; the message is the server's own.
   */
  call<Shape extends z.ZodType>(route: string, options: CallOptions<Shape>): Promise<z.output<Shape>>;
}

/** How a server is called. */
export interface ConnectionOptions {
  token: string;
  client: Deno.HttpClient | undefined;
  /** Which server it is, in words, if it was found by its data folder. */
  of?: string;
}

/** A connection to the server at an address; nothing is sent before the first call. */
export function connection(base: URL, { token, client, of }: ConnectionOptions): Connection {
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

/** What Deno says of a server's certificate that it does not take, and what that means for whoever calls the server. */
const MEANINGS: readonly { says: RegExp; means: string }[] = [
  {
    says: /UnknownIssuer/,
    means: "nobody who is trusted here has signed its certificate. Name that certificate, or its issuer's, with --ca",
  },
  {
    says: /CaUsedAsEndEntity/,
    means: "its certificate is an authority's own (CA:TRUE), which no server may show. Give it one with CA:FALSE",
  },
  {
    says: /not valid for name|NotValidForName/,
    means:
      "its certificate is for another name. Let --url have a name that the certificate has, or it the one of --url",
  },
  {
    says: /Expired|NotValidYet/,
    means: "its certificate is not valid at this time. Give it a new one, or set the clock",
  },
];

/**
 * Explains why a connection was not made, if it was for the server's certificate; gives other words back as they are.
 */
function explainCertificate(words: string): string {
  const meaning = MEANINGS.find(({ says }) => says.test(words));
  return meaning === undefined ? words : `${meaning.means} (${words})`;
}
