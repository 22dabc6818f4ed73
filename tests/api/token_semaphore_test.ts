import { deepEqual, equal, rejects } from "node:assert/strict";
import { tokenSemaphore } from "../../server/api/mod.ts";

Deno.test("a token's work is done so much at once, in its order, and waits for none of another token", async () => {
  const inTurn = tokenSemaphore("pieces of work", { atOnce: 2, waiting: 3 });
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const ask = (token: string, name: string) =>
    inTurn(token, () => {
      begun.push(name);
      const end = Promise.withResolvers<string>();
      ends.set(name, end);
      return end.promise;
    });
  const asked = ["a1", "a2", "a3", "a4", "a5"].map((name) => ask("a", name));
  const other = ask("b", "b1");
  deepEqual(begun, ["a1", "a2", "b1"]);
  await rejects(ask("a", "a6"), { kind: "too-many" });
  ends.get("a2")?.resolve("second");
  equal(await asked[1], "second");
  deepEqual(begun, ["a1", "a2", "b1", "a3"]);
  ends.get("a1")?.reject(new Error("no"));
  await rejects(asked[0] ?? other, /no/);
  deepEqual(begun.slice(4), ["a4"], "what fails gives its place up too");
  for (const name of ["a3", "a4"]) ends.get(name)?.resolve(name);
  equal(await asked[2], "a3");
  equal(await asked[3], "a4");
  ends.get("a5")?.resolve("a5");
  ends.get("b1")?.resolve("b1");
  equal(await asked[4], "a5");
  equal(await other, "b1");
  const again = ask("a", "a7");
  ends.get("a7")?.resolve("a7");
  equal(await again, "a7");
});
