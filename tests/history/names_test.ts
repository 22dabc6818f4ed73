import { deepEqual } from "node:assert/strict";
import { acceptance, completion, openIn, pieces, query, refused, temporaryFolder } from "./support.ts";

const TOKEN = { id: "t-1", name: "front desk", hash: new Uint8Array(32), scopes: [], phones: null, createdAt: 1 };

Deno.test("a row tells what the token of whoever acted was called, after it is gone too, and in every form of an export", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, tokens, reader } = opened;
  await history.note(refused());
  await tokens.add(TOKEN);
  const id = await history.accept(acceptance());
  await history.note(refused());
  await tokens.remove("t-1");
  await history.complete(completion(await history.accept(acceptance())));
  await history.note(refused({ token: "t-2" }));
  const { items } = await reader.requests({}, { limit: 5 });
  deepEqual(items.map(({ tokenName }) => tokenName), ["front desk", "front desk"]);
  const told = (await reader.events({ type: "callRefused" }, { limit: 5 })).items.map(({ tokenName }) => tokenName);
  deepEqual(told, [undefined, "front desk", undefined]);
  deepEqual(
    query(folder.path, `select token_name from accepted where seq = ${id}`).map((row) => ({ ...row as object })),
    [
      { token_name: "front desk" },
    ],
  );
  const lines = (await pieces(opened.audit)).join("").trimEnd().split("\n").map((line) => JSON.parse(line));
  const names = lines.filter(({ type }) => !["tokenCreated", "tokenRevoked"].includes(type)).map(({ tokenName }) =>
    tokenName
  );
  deepEqual(names, [undefined, "front desk", "front desk", "front desk", undefined]);
  const [head = "", ...rows] = (await pieces(opened.audit, { format: "csv" })).join("").trimEnd().split("\r\n");
  const place = head.split(",").indexOf("tokenName");
  const others = rows.filter((row) => !/token(Created|Revoked)/.test(row));
  deepEqual(others.map((row) => row.split(",")[place]), ["", '"front desk"', '"front desk"', '"front desk"', ""]);
});
