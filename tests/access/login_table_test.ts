import { equal } from "node:assert/strict";
import { hashSecret, LOGIN_SECONDS, loginTable, tokenTable } from "../../server/access/mod.ts";
import { ManualClock } from "../harness/manual_clock.ts";

const token = { id: "t-1", scopes: [], phones: null };
const tokensWith = () => tokenTable([{ token, hash: hashSecret("secret") }]);

Deno.test("a login is found by its secret until 12 hours after its last use", () => {
  const clock = new ManualClock();
  const logins = loginTable(clock, tokensWith());
  const secret = logins.begin(token);
  for (let use = 0; use < 3; use++) {
    clock.advance(LOGIN_SECONDS * 1_000);
    equal(logins.find(secret), token);
  }
  clock.advance(LOGIN_SECONDS * 1_000 + 1);
  equal(logins.find(secret), undefined);
  equal(logins.find("another"), undefined);
});

Deno.test("a login ends with its token, and does not come back with another of that id", () => {
  const tokens = tokensWith();
  const logins = loginTable(new ManualClock(), tokens);
  const secret = logins.begin(token);
  tokens.remove(token.id, "revoked");
  equal(logins.find(secret), undefined);
  tokens.add({ token, hash: hashSecret("secret") });
  equal(logins.find(secret), undefined);
});

Deno.test("each token has 64 logins: the one that was not used for the longest time makes room, and none of another token", () => {
  const clock = new ManualClock();
  const other = { id: "t-2", scopes: [], phones: null };
  const tokens = tokensWith();
  tokens.add({ token: other, hash: hashSecret("other") });
  const logins = loginTable(clock, tokens);
  const others = logins.begin(other);
  const [first = "", second = ""] = [logins.begin(token), logins.begin(token)];
  clock.advance(1);
  equal(logins.find(first), token);
  for (let i = 2; i < 65; i++) logins.begin(token);
  equal(logins.find(second), undefined);
  equal(logins.find(first), token);
  for (let i = 0; i < 10_000; i++) logins.begin(token);
  equal(logins.find(first), undefined);
  equal(logins.find(others), other);
});
