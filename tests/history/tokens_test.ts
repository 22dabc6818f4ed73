import { deepEqual, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openIn, query, temporaryFolder } from "./support.ts";

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

Deno.test("a rotation is there at the next start, with the secrets before it; forgotten and revoked ones are gone from the disk", async () => {
  using folder = temporaryFolder();
  const hashes = [4, 5, 6].map((byte) => new Uint8Array([byte]));
  const [second = new Uint8Array(), third = new Uint8Array(), fourth = new Uint8Array()] = hashes;
  const other = { ...TOKEN, id: "t-2", hash: new Uint8Array([9]) };
  {
    await using opened = await openIn(folder.path);
    await opened.tokens.add(TOKEN);
    await opened.tokens.add(other);
    await opened.tokens.rotate("t-1", { hash: second, at: 10, until: 30, expiresAt: 99 });
    await opened.tokens.rotate("t-1", { hash: third, at: 11, until: 20 });
    await opened.tokens.settle();
    await rejects(opened.tokens.rotate("t-3", { hash: fourth, at: 12, until: 20 }), {
      message: /the token t-3 is no more/,
    });
  }
  const rotated = {
    ...TOKEN,
    hash: third,
    expiresAt: 99,
    rotatedAt: 11,
    oldSecrets: [{ hash: second, until: 20 }, { hash: TOKEN.hash, until: 30 }],
  };
  {
    await using opened = await openIn(folder.path);
    deepEqual(opened.tokens.list(), [rotated, other]);
    await opened.tokens.forget("t-1", second);
    deepEqual(query(folder.path, "select until from old_secret"), [{ until: 30 }]);
    await opened.tokens.rotate("t-1", { hash: fourth, at: 13, until: null, expiresAt: null });
    const { oldSecrets: _, expiresAt: __, ...rest } = rotated;
    deepEqual(opened.tokens.list(), [{ ...rest, hash: fourth, rotatedAt: 13 }, other]);
    await opened.tokens.rotate("t-2", { hash: second, at: 14, until: 40 });
    await opened.tokens.remove("t-2");
  }
  deepEqual(query(folder.path, "select * from old_secret"), []);
  deepEqual(query(folder.path, "select id, rotated_at, expires_at from token"), [
    { id: "t-1", rotated_at: 13, expires_at: null },
  ]);
});

Deno.test("last uses and warnings are there at the next start, and change nothing of a token that is no more", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    await opened.tokens.add({ ...TOKEN, expiresAt: 99 });
    await opened.tokens.used(new Map([["t-1", 60_000], ["operator", 60_000]]));
    await opened.tokens.warned("t-1", 70_000);
  }
  await using opened = await openIn(folder.path);
  deepEqual(opened.tokens.list(), [{ ...TOKEN, expiresAt: 99, usedAt: 60_000, warnedAt: 70_000 }]);
  await opened.tokens.rotate("t-1", { hash: new Uint8Array([7]), at: 1, until: null, expiresAt: 100 });
  deepEqual(opened.tokens.list(), [{
    ...TOKEN,
    hash: new Uint8Array([7]),
    expiresAt: 100,
    rotatedAt: 1,
    usedAt: 60_000,
  }]);
});
