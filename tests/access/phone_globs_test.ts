import { equal } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { matches, phonesOf, seesAllOf, seesOf, seesPluginOf } from "../../server/access/mod.ts";
import { phoneGlob } from "../../server/api/mod.ts";

Deno.test("a glob means the same to a token as to SQLite, which filters the history by it", () => {
  using database = new DatabaseSync(":memory:");
  const statement = database.prepare("select ? glob ? as fits");
  const few = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", "?", "-"), maxLength: 12 });
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "b", ":", "-"), maxLength: 12 }), few, (name, glob) => {
      equal(matches(name, glob), statement.get(name, glob)?.["fits"] === 1, `${name} ${glob}`);
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("the worst glob that is allowed is matched in no time that could be noticed", () => {
  const glob = "*a".repeat(64);
  equal(phoneGlob.safeParse(glob).success, true);
  for (let i = 0; i < 1_000; i++) equal(matches("a".repeat(63) + "b".repeat(65), glob), false);
});

Deno.test("a glob is of the characters of phones' names, * and ?, and nothing that SQLite takes for more", () => {
  for (const glob of ["virtual:*", "*", "a.b_c~d-e:?", "A".repeat(128)]) equal(phoneGlob.safeParse(glob).success, true);
  for (const glob of ["", "[a]", "a b", "é", "a\n", "A".repeat(129)]) equal(phoneGlob.safeParse(glob).success, false);
});

Deno.test("a token without globs sees every phone", () => {
  const token = { id: "t", scopes: [], phones: null };
  equal(seesOf(token)("any:thing"), true);
  equal("phones" in phonesOf(token), false);
});

Deno.test("a token sees a plugin if a glob of it can name one of its phones, and all of it if one names every", () => {
  const cases: [glob: string, sees: boolean, all: boolean][] = [
    ["*", true, true],
    ["p:*", true, true],
    ["p*", true, true],
    ["?:*", true, true],
    ["*:*", true, true],
    ["p:a", true, false],
    ["p:?*", true, false],
    ["*a", true, false],
    ["p?a", true, false],
    ["p", false, false],
    ["q:*", false, false],
    ["pp:*", false, false],
  ];
  for (const [glob, sees, all] of cases) {
    const token = { id: "t", scopes: [], phones: ["x:y", glob] };
    equal(seesPluginOf(token)("p"), sees, glob);
    equal(seesAllOf(token, "p"), all, glob);
  }
  const unlimited = { id: "t", scopes: [], phones: null };
  equal(seesPluginOf(unlimited)("p") && seesAllOf(unlimited, "p"), true);
});
