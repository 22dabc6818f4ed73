/**
 * Who may get in, and who tried: the tables beside the chain, as the server holds them.
 *
 * @module
 */
import type { AttemptStore, TokenStore } from "./contract.ts";
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import { toAttempts, toToken } from "./rows.ts";
import type { WorkerLink } from "../history/link.ts";
import type { AttemptTable, TokenTable } from "../history/schema.ts";
import type { WriterCalls } from "../history/writer_worker.ts";

/**
 * The stores over the writer, with the rows that it found when it was opened.
 *
 * @throws {HistoryError} If a token's row is broken.
 */
export function accessStores(
  link: WorkerLink<WriterCalls>,
  found: { tokens: readonly TokenTable[]; attempts: readonly AttemptTable[] },
): { tokens: TokenStore; attempts: AttemptStore } {
  let tokens = found.tokens.map(toToken);
  const attempts = toAttempts(found.attempts);
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
      list: () => [...attempts],
      save: (changed, { forget }) => write(link.call("saveAttempts", { changed, forget })),
    },
  };
}
