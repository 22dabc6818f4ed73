import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { DamagedEvent } from "../../server/core/contract/facts.ts";
import { acceptance, connected, openIn, query, someFact, temporaryFolder, verify } from "./support.ts";

const TOKEN = {
  id: "t-1",
  name: "front desk",
  hash: new Uint8Array([1, 2, 3]),
  scopes: ["phones:control"],
  phones: null,
  createdAt: 1_750_000_000_000,
};

Deno.test("a token that is removed is gone, from the disk too; removing it again does nothing", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    await opened.tokens.add(TOKEN);
    await opened.tokens.remove("t-1");
    await opened.tokens.remove("t-1");
    deepEqual(opened.tokens.list(), []);
  }
  deepEqual(query(folder.path, "select * from token"), []);
});

Deno.test("what a disk does not take is RESOURCEUNAVAIL in words", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  using somebody = new DatabaseSync(`${folder.path}/history.db`);
  somebody.exec("begin immediate");
  const message = /The history cannot be written: database is locked/;
  await rejects(opened.tokens.add(TOKEN), { code: "PHONEERR_RESOURCEUNAVAIL", message });
  deepEqual(opened.tokens.list(), []);
  somebody.exec("rollback");
  await opened.tokens.add(TOKEN);
});

Deno.test("failed attempts are there at the next start, changed in place, and forgotten in time; the chain knows nothing of them", async () => {
  using folder = temporaryFolder();
  const [one, two] = [{ address: "192.0.2.1", since: 1_000, count: 1 }, { address: "", since: 61_000, count: 3 }];
  {
    await using opened = await openIn(folder.path);
    deepEqual(opened.attempts.list(), []);
    await opened.attempts.save([one, two], { forget: 1_000 });
    await opened.attempts.save([{ ...one, count: 7 }], { forget: 1_000 });
  }
  {
    await using opened = await openIn(folder.path);
    deepEqual(opened.attempts.list(), [{ ...one, count: 7 }, two]);
    await opened.attempts.save([], { forget: 1_001 });
  }
  await using opened = await openIn(folder.path);
  deepEqual(opened.attempts.list(), [two]);
  ok(verify(folder.path).ok);
});

Deno.test("an attempt's row that somebody has broken keeps no server from starting", async () => {
  using folder = temporaryFolder();
  {
    await using _opened = await openIn(folder.path);
  }
  {
    using database = new DatabaseSync(`${folder.path}/history.db`);
    database.exec("insert into attempt values ('192.0.2.1', 0, -1)");
  }
  await using opened = await openIn(folder.path);
  deepEqual(opened.attempts.list(), []);
});

Deno.test("globs of phones filter within the question, so that pages are full", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader } = opened;
  const phones = ["virtual:desk-1", "virtual:mini-1", "lobby:door", "virtual:desk-10"];
  for (const phone of [...phones, ...phones]) {
    await history.accept(acceptance({ phone }));
    await history.note(connected(phone));
  }
  await history.note(someFact());
  const found = async (globs: string[]) => {
    const requests = await reader.requests({ phones: globs }, { limit: 3 });
    const events = await reader.events({ phones: globs }, { limit: 3 });
    deepEqual(requests.items.map(({ phone }) => phone), events.items.map((event) => "phone" in event && event.phone));
    equal(requests.next === undefined, events.next === undefined);
    return requests.items.map(({ phone }) => phone);
  };
  deepEqual(await found(["virtual:desk-?"]), ["virtual:desk-1", "virtual:desk-1"]);
  deepEqual(await found(["*-1", "lobby:*"]), ["lobby:door", "virtual:mini-1", "virtual:desk-1"]);
  deepEqual(await found(["*"]), ["virtual:desk-10", "lobby:door", "virtual:mini-1"]);
  deepEqual(await found(["none:*"]), []);
  deepEqual(await found([]), []);
  const { items } = await reader.events({ phones: ["*"], type: "serverStarted" }, { limit: 3 });
  deepEqual(items, []);
});

Deno.test("facts of who acted and of whom they befell are found to the last, page by page", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader } = opened;
  for (let round = 0; round < 5; round++) {
    for (const [token, subject] of [["t-a", "t-b"], ["t-b", "t-a"], ["operator", "t-ab"]] as const) {
      await history.note({ type: "tokenRevoked", token, detail: { subject, name: "t-a" } });
    }
  }
  const all = async (filter: { token?: string; subject?: string }) => {
    const found: string[] = [];
    for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined;) {
      const { items, next }: Awaited<ReturnType<typeof reader.events>> = await reader.events(filter, {
        before,
        limit: 2,
      });
      ok(items.length <= 2);
      found.push(
        ...items.map(({ token, type, detail }: Partial<DamagedEvent>) =>
          type === "tokenRevoked" ? `${token} ${detail?.["subject"]}` : String(type)
        ),
      );
      before = next;
    }
    return found;
  };
  deepEqual(await all({ token: "t-a" }), Array(5).fill("t-a t-b"));
  deepEqual(await all({ subject: "t-a" }), Array(5).fill("t-b t-a"));
  deepEqual(await all({ token: "operator", subject: "t-ab" }), Array(5).fill("operator t-ab"));
  deepEqual(await all({ token: "t-ab" }), []);
});
