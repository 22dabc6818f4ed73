/**
 * A server for the length of one command, called through `switchroom/client` as every other program does.
 *
 * @module
 */
import {
  ApplicationEnded,
  CallRefused,
  PhoneClosed,
  PhoneError,
  type Server,
  serverAt,
  ServerUnreachable,
  UnexpectedAnswer,
} from "../../client/mod.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import { given } from "../../tools/mod.ts";
import { Failure } from "../../program/mod.ts";
import { findServer, type FoundServer, type ServerOptions } from "./find_server.ts";

/** A server that is called. */
export interface CalledServer {
  /** What can be called over HTTP. */
  readonly server: Server;
  /** Where it is, for what needs an open phone. */
  readonly at: FoundServer;
}

/**
 * Finds the server that the options name, and lets it be called.
 *
 * @throws {Failure} If there is none, if it does not answer or refuses: the message is the server's own.
 * @throws {Misuse} As {@linkcode findServer}.
 */
export async function withServer<Result>(
  options: ServerOptions,
  work: (called: CalledServer) => Promise<Result>,
): Promise<Result> {
  const at = await findServer(options);
  const { url, token, transport } = at;
  try {
    return await work({ server: serverAt(url, { token, ...given({ transport }) }), at });
  } catch (error) {
    const words = whyFailed(error, at);
    throw words === undefined ? error : new Failure(words, { cause: error });
  }
}

/** What an error of the client says to whoever typed a command; undefined if it is none. */
function whyFailed(error: unknown, at: FoundServer): string | undefined {
  if (error instanceof ServerUnreachable) {
    const { message, answered, cause } = error;
    if (!answered) return whySilent(cause, at);
    return cause === undefined ? message : `${message}: ${whyOf(cause)}`;
  }
  if (error instanceof PhoneError) return error.code === undefined ? error.message : `${error.message} (${error.code})`;
  const isOther = [CallRefused, UnexpectedAnswer, ApplicationEnded, PhoneClosed].some((Kind) => error instanceof Kind);
  return isOther ? wordsOf(error) : undefined;
}

/** Why nobody answers. */
function whySilent(error: unknown, { url: { host, origin }, of }: FoundServer): string {
  if (error instanceof Deno.errors.NotCapable) {
    return `The command line may not reach ${host}: name it with --url, or let a tunnel lead there from 127.0.0.1`;
  }
  if (of === undefined) return `No server answers at ${origin}: ${whyOf(error)}`;
  return `The server ${of} does not answer at ${origin}: ${whyOf(error)}`;
}

/** The end of what Deno says of a call that failed: the rest repeats the address. */
function whyOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return explained(
    wordsOf(cause).replace(/^error sending request (from \S+ )?for .*?\): (client error \(\w+\): )?/, ""),
  );
}

/** What Deno says of a server with which it cannot speak TLS, or plainly, and what that means for whoever calls it. */
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
  { says: /InvalidContentType/, means: "what is there speaks no TLS. Let --url begin with http://" },
  {
    says: /invalid HTTP version/,
    means: "what is there speaks no HTTP without TLS. Let --url begin with https://",
  },
];

/** Explains why a connection was not made, where more can be said of it; gives other words back as they are. */
function explained(words: string): string {
  const meaning = MEANINGS.find(({ says }) => says.test(words));
  return meaning === undefined ? words : `${meaning.means} (${words})`;
}
