/**
 * Who may get in, and who tried: the tables beside the chain, as the server holds them.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import type { Attempts } from "./attempts.ts";
import type { WorkerLink } from "./link.ts";
import type { Token } from "./tokens.ts";
import type { WriterCalls } from "./writer_worker.ts";

/** The access tokens, as the history keeps them. */
export interface TokenStore {
  /** Every token. */
  list(): Token[];
  /** Adds one; it is on disk when this resolves. @throws {PhoneError} `RESOURCEUNAVAIL` if the disk does not take it. */
  add(token: Token): Promise<void>;
  /** Removes the one with that id, if it is there; it is gone from the disk when this resolves. @throws {PhoneError} As {@linkcode TokenStore.add}. */
  remove(id: string): Promise<void>;
}

/** The failed attempts to get in, as the history keeps them. */
export interface AttemptStore {
  /** What was saved when the history was opened. */
  list(): Attempts[];
  /** Saves what has changed, and forgets what began before `forget` (wall time, milliseconds). @throws {PhoneError} As {@linkcode TokenStore.add}. */
  save(changed: readonly Attempts[], options: { forget: number }): Promise<void>;
}

/** The stores over the writer, with what it found when it was opened. */
export function accessStores(
  link: WorkerLink<WriterCalls>,
  found: { tokens: readonly Token[]; attempts: readonly Attempts[] },
): { tokens: TokenStore; attempts: AttemptStore } {
  let tokens = [...found.tokens];
  const write = async (written: Promise<void>): Promise<void> => {
    try {
      await written;
    } catch (error) {
      throw new PhoneError("RESOURCEUNAVAIL", `The history cannot be written: ${wordsOf(error)}`);
    }
  };
  return {
    tokens: {
      list: () => [...tokens],
      async add(token) {
        await write(link.call("addToken", token));
        tokens.push(token);
      },
      async remove(id) {
        await write(link.call("removeToken", id));
        tokens = tokens.filter((token) => token.id !== id);
      },
    },
    attempts: {
      list: () => [...found.attempts],
      save: (changed, { forget }) => write(link.call("saveAttempts", { changed, forget })),
    },
  };
}
