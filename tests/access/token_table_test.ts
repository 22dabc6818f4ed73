import { deepEqual, equal } from "node:assert/strict";
import { hashSecret, tokenTable } from "../../server/access/mod.ts";

const TOKEN = { id: "t-1", scopes: [], phones: null };

Deno.test("a token is found from its adding to its removal, also one whose secret has been right before", () => {
  const table = tokenTable([]);
  equal(table.find("secret"), undefined);
  table.add({ token: TOKEN, hash: hashSecret("secret") });
  for (let i = 0; i < 2; i++) equal(table.find("secret"), TOKEN);
  deepEqual([table.has("t-1"), table.endOf(TOKEN)], [true, undefined]);
  equal(table.find("Secret"), undefined);
  deepEqual(table.remove("t-1", "expired"), [TOKEN]);
  equal(table.find("secret"), undefined);
  deepEqual([table.has("t-1"), table.endOf(TOKEN)], [false, "expired"]);
  deepEqual(table.remove("t-1", "revoked"), []);
  equal(table.endOf(TOKEN), "expired");
});

Deno.test("a hash that somebody has cut short in the database fits no secret, and costs nobody else anything", () => {
  const table = tokenTable([
    { token: { ...TOKEN, id: "t-0" }, hash: hashSecret("short").slice(0, 4) },
    { token: TOKEN, hash: hashSecret("secret") },
  ]);
  equal(table.find("short"), undefined);
  equal(table.find("secret"), TOKEN);
});

Deno.test("each secret of a token finds an object of its own, and one whose time is over ends alone", () => {
  const [old, present] = [{ ...TOKEN }, { ...TOKEN }];
  const table = tokenTable([{ token: old, hash: hashSecret("old") }, { token: present, hash: hashSecret("present") }]);
  equal(table.find("old"), old);
  equal(table.find("present"), present);
  deepEqual(table.retire("t-1", { but: [hashSecret("present")] }), [old]);
  deepEqual([table.find("old"), table.find("present")], [undefined, present]);
  deepEqual([table.endOf(old), table.endOf(present), table.has("t-1")], ["rotated", undefined, true]);
  deepEqual(table.remove("t-1", "revoked"), [present]);
});
