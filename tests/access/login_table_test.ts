import { equal } from "node:assert/strict";
import { SESSION_SECONDS, sessionTable } from "../../server/access/login_table.ts";
import { hashSecret, tokenTable } from "../../server/access/token_table.ts";
import { ManualClock } from "../harness/manual_clock.ts";

const token = { id: "t-1", scopes: [], phones: null };
const tokensWith = () => tokenTable([{ token, hash: hashSecret("secret") }]);

Deno.test("a session is found by its secret until 12 hours after its last use", () => {
  const clock = new ManualClock();
  const sessions = sessionTable(clock, tokensWith());
  const secret = sessions.begin(token);
  for (let use = 0; use < 3; use++) {
    clock.advance(SESSION_SECONDS * 1_000);
    equal(sessions.find(secret), token);
  }
  clock.advance(SESSION_SECONDS * 1_000 + 1);
  equal(sessions.find(secret), undefined);
  equal(sessions.find("another"), undefined);
});

Deno.test("a session ends with its token, and does not come back with another of that id", () => {
  const tokens = tokensWith();
  const sessions = sessionTable(new ManualClock(), tokens);
  const secret = sessions.begin(token);
  tokens.remove(token.id);
  equal(sessions.find(secret), undefined);
  tokens.add({ token, hash: hashSecret("secret") });
  equal(sessions.find(secret), undefined);
});

Deno.test("each token has 64 sessions: the one that was not used for the longest time makes room, and none of another token", () => {
  const clock = new ManualClock();
  const other = { id: "t-2", scopes: [], phones: null };
  const tokens = tokensWith();
  tokens.add({ token: other, hash: hashSecret("other") });
  const sessions = sessionTable(clock, tokens);
  const others = sessions.begin(other);
  const [first = "", second = ""] = [sessions.begin(token), sessions.begin(token)];
  clock.advance(1);
  equal(sessions.find(first), token);
  for (let i = 2; i < 65; i++) sessions.begin(token);
  equal(sessions.find(second), undefined);
  equal(sessions.find(first), token);
  for (let i = 0; i < 10_000; i++) sessions.begin(token);
  equal(sessions.find(first), undefined);
  equal(sessions.find(others), other);
});
