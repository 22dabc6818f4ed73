import { deepEqual, equal, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { temporaryFolder } from "../faults/temporary.ts";
import { acceptance, completion, openIn } from "../history/support.ts";
import { audit, forgotten } from "./audit.ts";
import { type AcknowledgedRequest, Book } from "./book.ts";

const { operation, params, handle } = acceptance();
const request = (requestId: number): AcknowledgedRequest => ({
  at: 1,
  requestId,
  handle,
  operation,
  params,
  reference: `r-${requestId}`,
});

/** Broken promises: what was acknowledged beyond the truth, what was done to the database, and the words of the fault. */
const BROKEN: Record<string, { book?: (book: Book) => void; sql?: string; words: RegExp }> = {
  "an acknowledged request that is not there": {
    book: ({ requests }) => requests.set(99, request(99)),
    words: /^request 99 was acknowledged and is not there$/,
  },
  "a request with other parameters": {
    book: ({ requests }) => requests.set(1, { ...request(1), params: { lamp: 13, mode: "steady" } }),
    words: /^request 1 was .* and is /,
  },
  "an end that was told and is another": {
    book: ({ ends }) => ends.push({ at: 1, requestId: 1, outcome: "failed", result: -1 }),
    words: /^request 1 was told to have failed/,
  },
  "a fact that is not there": {
    book: ({ facts }) => facts.push({ at: 1, type: "handleOpened", id: "h-9" }),
    words: /^handleOpened h-9 was acknowledged/,
  },
  "a request that a restart completed after its phone's close was answered": {
    book: ({ facts }) => facts.push({ at: 1, type: "handleClosed", id: handle, lastHandle: true }),
    words: /^request 3 was lost although the close/,
  },
  "a request without an outcome": {
    sql: "delete from completed where request = 1",
    words: /^request 1 has no outcome$/m,
  },
  "a row that was taken out": {
    sql: "delete from completed where request = 1",
    words: /^the chain is broken: .*row 2 is missing/m,
  },
  "an outcome of no request": {
    sql: "delete from accepted where seq = 1",
    words: /^1 outcomes belong to no request$/m,
  },
};

for (const [what, { book: acknowledge, sql, words }] of Object.entries(BROKEN)) {
  Deno.test(`the audit of a crash sees ${what}`, async () => {
    using folder = temporaryFolder();
    const book = await history(folder.path);
    const before = audit(folder.path, book);
    deepEqual(before, { faults: [], requests: 2, lost: 1 });
    acknowledge?.(book);
    if (sql) {
      using database = new DatabaseSync(`${folder.path}/history.db`);
      database.exec(sql);
    }
    match(audit(folder.path, book).faults.join("\n"), words);
  });
}

Deno.test("what is forgotten are the acknowledged requests that a database does not know", async () => {
  using folder = temporaryFolder();
  const book = await history(folder.path);
  deepEqual(forgotten(folder.path, book), []);
  book.requests.set(99, request(99));
  deepEqual(forgotten(folder.path, book), [99]);
});

Deno.test("a book until a moment holds what had been acknowledged by then", () => {
  const book = new Book();
  book.requests.set(1, request(1)).set(2, { ...request(2), at: 3 });
  book.ends.push({ at: 3, requestId: 1, outcome: "succeeded", result: 0 });
  book.facts.push({ at: 2, type: "handleOpened", id: handle });
  const then = book.until(2);
  deepEqual([[...then.requests.keys()], then.ends.length, then.facts.length], [[1], 0, 1]);
});

/** A history of one request that succeeded and one that a restart completed, and the book of what was acknowledged. */
async function history(folder: string): Promise<Book> {
  const book = new Book();
  {
    await using opened = await openIn(folder);
    equal(await opened.history.accept(acceptance({ reference: "r-1" })), 1);
    await opened.history.complete(completion(1));
    equal(await opened.history.accept(acceptance({ reference: "r-3" })), 3);
  }
  await using _restarted = await openIn(folder);
  book.requests.set(1, request(1)).set(3, request(3));
  book.ends.push({ at: 1, requestId: 1, outcome: "succeeded", result: 0 });
  return book;
}
