import { deepEqual, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openIn, temporaryFolder } from "./support.ts";

const TOKEN = {
  id: "t-1",
  name: "front desk",
  hash: new Uint8Array([1, 2, 3]),
  scopes: ["phones:control"],
  phones: ["virtual:*"],
  createdAt: 1_750_000_000_000,
};

Deno.test("tokens are there at the next start, in the order of their making", async () => {
  using folder = temporaryFolder();
  const all = {
    ...TOKEN,
    id: "t-0",
    hash: new Uint8Array([9]),
    phones: null,
    createdAt: TOKEN.createdAt + 1,
    expiresAt: TOKEN.createdAt + 2,
  };
  {
    await using opened = await openIn(folder.path);
    deepEqual(opened.tokens.list(), []);
    await Promise.all([
      opened.tokens.add(TOKEN),
      opened.tokens.add(all),
      opened.history.note({
        type: "tokenCreated",
        detail: { subject: TOKEN.id, name: TOKEN.name, scopes: TOKEN.scopes, phones: TOKEN.phones },
      }),
    ]);
    deepEqual(opened.tokens.list(), [TOKEN, all]);
  }
  await using opened = await openIn(folder.path);
  deepEqual(opened.tokens.list(), [TOKEN, all]);
});

Deno.test("a token's id and hash are its own", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  await opened.tokens.add(TOKEN);
  await rejects(opened.tokens.add({ ...TOKEN, hash: new Uint8Array([4]) }), { message: /UNIQUE constraint failed/ });
  await rejects(opened.tokens.add({ ...TOKEN, id: "t-2" }), { message: /UNIQUE constraint failed/ });
  deepEqual(opened.tokens.list(), [TOKEN]);
});

Deno.test("a token whose row is broken is refused with 2, rather than allowed or forgotten", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    await opened.tokens.add(TOKEN);
  }
  {
    using database = new DatabaseSync(`${folder.path}/history.db`);
    database.exec("update token set phones = 'virtual:*'");
  }
  await rejects(openIn(folder.path), {
    name: "HistoryError",
    exitCode: 2,
    message: /Cannot read token t-1 of the history: .*not JSON/,
  });
});
