/**
 * `DATA/server.json`: which process serves a data folder, where, and how its operator speaks to it.
 *
 * @module
 */
import { z } from "zod";
import { wordsOf } from "../core/contract/errors.ts";
import { Failure, Misuse } from "./exit.ts";
import { readSmallFile } from "./small_file.ts";

/** Names in records and facts whoever can read the data folder. */
export const OPERATOR = "operator";

const serverFile = z.object({
  pid: z.int().positive(),
  url: z.url(),
  local: z.url().exactOptional(),
  config: z.string().min(1).exactOptional(),
  token: z.string().min(1).exactOptional(),
});

/** What the file says. */
export interface ServerFile {
  /** The server's process. */
  pid: number;
  /** Where it listens. */
  url: string;
  /**
   * Where it listens for this machine alone, without TLS, if `url` is with it: no certificate is needed that names
   * 127.0.0.1.
   */
  local?: string;
  /** The path of its configuration, if it has one. */
  config?: string;
  /**
   * The secret of a token with every right, made at this start of the server: whoever can read the data folder owns the
   * server anyway.
   */
  token?: string;
}

/** Writes the file, readable by its owner alone. The end of the block removes it. */
export async function writeServerFile(folder: string, server: ServerFile): Promise<AsyncDisposable> {
  const path = pathIn(folder);
  const draft = `${path}.new`;
  try {
    // A draft that a killed server left keeps its mode, whatever `mode` says.
    await Deno.remove(draft).catch(() => {});
    await Deno.writeTextFile(draft, `${JSON.stringify(server)}\n`, { mode: 0o600, createNew: true });
    await Deno.rename(draft, path);
  } catch (error) {
    throw new Misuse(`Cannot write ${path}: ${wordsOf(error)}. The data folder's disk must have space`);
  }
  return {
    async [Symbol.asyncDispose]() {
      // Somebody may have removed it: that is no reason to end otherwise than orderly.
      await Deno.remove(path).catch(() => {});
    },
  };
}

/**
 * Reads the file; undefined if there is none.
 *
 * @throws {Failure} If it cannot be read or is not what a server writes.
 */
export async function readServerFile(folder: string): Promise<ServerFile | undefined> {
  const path = pathIn(folder);
  try {
    return serverFile.parse(JSON.parse(await readSmallFile(path)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    refuseDenied(error, path);
    const why = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s*\n\s*/g, " ") : wordsOf(error);
    throw new Failure(`Cannot use ${path}: ${why}. A server writes it when it starts: start it again`);
  }
}

/**
 * Tells a data folder that this user may not read from one that is not there; lets every other error be.
 *
 * @throws {Failure} If that is what the error says.
 */
export function refuseDenied(error: unknown, path: string): void {
  if (!(error instanceof Deno.errors.PermissionDenied)) return;
  throw new Failure(
    `Cannot read ${path}: it belongs to another user. Run as its owner, or use --url with a token in SWITCHROOM_TOKEN`,
    { cause: error },
  );
}

function pathIn(folder: string): string {
  return `${folder}/server.json`;
}
