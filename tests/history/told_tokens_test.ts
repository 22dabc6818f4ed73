import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { withBeside } from "../../server/history/sqlite/beside_chain.ts";
import { verifyChain } from "../../server/history/sqlite/verify.ts";
import { hashSecret, type KeptToken } from "../../server/access/mod.ts";
import { writeFormat1 } from "./format_1.ts";
import { openIn, query, rowOf, temporaryFolder } from "./support.ts";

const AT = 1_750_000_000_000;

function token(id: string, different: Partial<KeptToken> = {}): KeptToken {
  return {
    id,
    name: "desk",
    hash: hashSecret(id),
    scopes: ["phones:control"],
    phones: null,
    createdAt: AT,
    ...different,
  };
}

/** Tokens that have been made, rotated, revoked and come to their end. */
async function someTokens(path: string): Promise<void> {
  await using opened = await openIn(path);
  const { tokens } = opened;
  await tokens.add(token("t-chosen", { scopes: ["admin"] }), { isChosen: true });
  await tokens.add(token("t-plain"), { by: { token: "t-chosen", address: "127.0.0.1" } });
  await tokens.add(token("t-rotated", { phones: ["virtual:*"], expiresAt: AT + 90_000 }));
  const [first, second, third] = [1, 2, 3].map((nth) => hashSecret(`secret ${nth}`));
  await tokens.rotate("t-rotated", { hash: first!, at: AT + 1_000, until: AT + 60_000 });
  await tokens.rotate("t-rotated", { hash: second!, at: AT + 2_000, until: null });
  await tokens.rotate("t-rotated", { hash: third!, at: AT + 3_000, until: AT + 70_000, expiresAt: AT + 80_000 });
  await tokens.add(token("t-revoked"));
  await tokens.add(token("t-expired", { expiresAt: AT + 1 }));
  await tokens.remove("t-revoked");
  await tokens.expire("t-expired");
  await tokens.used(new Map([["t-plain", AT]]));
  await tokens.warned("t-rotated", AT + 4_000);
}

/** What is wrong beside a history, after something was done to a copy of it. */
async function besideAfter(bytes: Uint8Array, sql: string): Promise<string | undefined> {
  using folder = temporaryFolder();
  Deno.writeFileSync(`${folder.path}/history.db`, bytes);
  using database = new DatabaseSync(`${folder.path}/history.db`);
  database.exec(sql);
  const { ok, firstBad, beside } = await withBeside(verifyChain(database), { database });
  deepEqual([ok, firstBad], [beside === undefined, undefined]);
  return beside;
}

Deno.test("tokens that are made, used, warned of, rotated, revoked and expired are as their facts tell", async () => {
  using folder = temporaryFolder();
  await someTokens(folder.path);
  equal(await besideAfter(Deno.readFileSync(`${folder.path}/history.db`), "select 1"), undefined);
  deepEqual(
    query<{ kind: string }>(folder.path, "select substr(type, 6, 2) as kind from fact order by seq")
      .map(({ kind }) => kind),
    ["Cr", "Cr", "Cr", "Ro", "Ro", "Ro", "Cr", "Cr", "Re", "Ex"],
  );
  const [first] = query<{ at: number; detail: string }>(
    folder.path,
    "select at, detail from fact order by seq limit 1",
  );
  deepEqual([first?.at, JSON.parse(first?.detail ?? "").secretSeal], [AT, null]);
  await using again = await openIn(folder.path);
  deepEqual(await again.audit.verify({ signal: new AbortController().signal }).then(({ ok, beside }) => [ok, beside]), [
    true,
    undefined,
  ]);
});

Deno.test("a token that was added, changed, exchanged, taken away or is back is found, and named", async () => {
  using folder = temporaryFolder();
  await someTokens(folder.path);
  const bytes = Deno.readFileSync(`${folder.path}/history.db`);
  const found = (sql: string) => besideAfter(bytes, sql);
  const set = (change: string) => found(`update token set ${change}`);
  const copy = (id: string) =>
    `insert into token select '${id}', name, randomblob(32), scopes, phones, created_at, null, null, null, null from token where id = 't-plain'`;
  equal(await found(copy("t-mine")), "the token t-mine is there, and no fact tells that it was made");
  match(
    await found(copy("t-revoked")) ?? "",
    /^the token t-revoked is there, and row \d+ \(tokenRevoked\) tells its end$/,
  );
  match(
    await found(copy("t-expired")) ?? "",
    /^the token t-expired is there, and row \d+ \(tokenExpired\) tells its end$/,
  );
  equal(
    await found("delete from token where id = 't-plain'"),
    "the token t-plain is not there, and no fact tells its end",
  );
  const changes = {
    "name": "name = 'front desk'",
    "scopes": `scopes = '["admin"]'`,
    "phones": "phones = null where id = 't-rotated'",
    "end": "expires_at = expires_at + 1 where id = 't-rotated'",
    "time of making": "created_at = created_at + 1 where id = 't-plain'",
    "time of the last rotation": "rotated_at = rotated_at + 1 where id = 't-rotated'",
    "secret": "hash = randomblob(32) where id = 't-plain'",
  };
  for (const [what, change] of Object.entries(changes)) {
    const id = /where id = '(.*)'/.exec(change)?.[1] ?? "t-(chosen|plain)";
    match(await set(change) ?? "", new RegExp(`^the token ${id} has another ${what} than its facts tell$`));
  }
  match(await set("name = name || char(0) || 'x'") ?? "", /has another name/);
  // The rotations before the last are void: one without an overlap came between.
  const OLD = /^the token t-\w+ has an old secret of which no fact tells$/;
  const old = (values: string) => found(`insert into old_secret values (${values})`);
  match(await old(`x'${hashSecret("t-rotated").toHex()}', 't-rotated', ${AT + 60_000}`) ?? "", OLD);
  match(await old(`x'01', 't-plain', ${AT + 70_000}`) ?? "", OLD);
  match(await found("update old_secret set until = until + 1") ?? "", OLD);
  match(await found("update old_secret set hash = randomblob(32)") ?? "", OLD);
  // A secret that somebody has chosen has no seal, and nobody can say; nor of a last use.
  equal(await set("hash = randomblob(32) where id = 't-chosen'"), undefined);
  equal(await set("used_at = 60000, warned_at = null"), undefined);
  equal(await found("delete from old_secret"), undefined);
});

Deno.test("tokens of 0.1.0 are compared as far as their facts tell, before and after the migration", async () => {
  using folder = temporaryFolder();
  const fact = (type: string, detail: object) =>
    rowOf("fact", [AT, type, "t-1", null, null, null, null, null, null, null, JSON.stringify(detail)]);
  const made = { name: "desk", scopes: ["admin"], phones: null };
  await writeFormat1(folder.path, [
    [fact("tokenCreated", { id: "t-1", ...made }), fact("tokenCreated", { id: "t-2", ...made })],
    [fact("tokenRevoked", { id: "t-2", name: "desk" }), fact("tokenCreated", { id: "t-3", ...made })],
  ]);
  {
    using database = new DatabaseSync(`${folder.path}/history.db`);
    database.exec(`insert into token values ('t-1', 'desk', randomblob(32), '["admin"]', null, ${AT - 3})`);
  }
  const before = Deno.readFileSync(`${folder.path}/history.db`);
  await (await openIn(folder.path))[Symbol.asyncDispose]();
  for (const bytes of [before, Deno.readFileSync(`${folder.path}/history.db`)]) {
    // That t-3 is gone without a word may be the doing of a server that was killed just then.
    equal(await besideAfter(bytes, "select 1"), undefined);
    equal(
      await besideAfter(bytes, "update token set scopes = '[]'"),
      "the token t-1 has another scopes than its facts tell",
    );
    match(await besideAfter(bytes, "update token set id = 't-2'") ?? "", /^the token t-2 is there, and row 3 /);
    match(await besideAfter(bytes, "update token set id = 't-4'") ?? "", /^the token t-4 is there, and no fact /);
  }
});

Deno.test("a token and its fact are on disk both or neither", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { tokens } = opened;
  await tokens.add(token("t-1"));
  const count = () =>
    query<{ facts: number; tokens: number }>(
      folder.path,
      "select (select count(*) from fact) as facts, (select count(*) from token) as tokens",
    ).map(({ facts, tokens }) => [facts, tokens])[0];
  await rejects(tokens.add(token("t-1")), { message: /UNIQUE constraint failed/ });
  await rejects(tokens.rotate("t-1", { hash: hashSecret("x"), at: AT, until: AT, expiresAt: AT + 0.5 }));
  await tokens.remove("t-2");
  deepEqual(count(), [1, 1]);
  using database = new DatabaseSync(`${folder.path}/history.db`);
  database.exec("create trigger stop before insert on fact begin select raise(abort, 'no facts today'); end");
  await rejects(tokens.add(token("t-2")), { code: "PHONEERR_RESOURCEUNAVAIL", message: /no facts today/ });
  await rejects(tokens.remove("t-1"), { message: /no facts today/ });
  await rejects(tokens.rotate("t-1", { hash: hashSecret("x"), at: AT, until: null }), { message: /no facts today/ });
  deepEqual(count(), [1, 1]);
  database.exec("drop trigger stop");
  await tokens.remove("t-1");
  deepEqual(count(), [2, 0]);
  deepEqual(
    await opened.audit.verify({ signal: new AbortController().signal }).then(({ ok, beside }) => [ok, beside]),
    [
      true,
      undefined,
    ],
  );
});
