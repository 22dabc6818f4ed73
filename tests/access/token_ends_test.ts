import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { PhoneError } from "../../server/core/contract/errors.ts";
import type { Fact } from "../../server/core/contract/facts.ts";
import {
  hashSecret,
  type KeptToken,
  tableEntry,
  type TokenEnd,
  tokenKeeper,
  tokenTable,
} from "../../server/access/mod.ts";
import { secretSeal } from "../../server/access/secret_seal.ts";
import { DEFAULT_API_BOUNDS, waits } from "../../server/api/mod.ts";
import { ManualClock } from "../harness/manual_clock.ts";
import { turn } from "../harness/turn.ts";
import { RecordingCore } from "../http/support/recording_core.ts";
import { KeptTokens } from "../http/support/server.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;
const BY = { by: { token: "t-admin", address: "127.0.0.1" } };

/** A clock that can be set. */
class SettableClock extends ManualClock {
  #setBy = 0;

  override wall(): number {
    return super.wall() + this.#setBy;
  }

  /** Sets it on, or back if `ms` is less than 0; nobody's waiting is over by that. */
  set(ms: number): void {
    this.#setBy += ms;
  }
}

/** A token that ends in an hour, and whoever looks after it. */
function house({ endsInMs = HOUR, warningDays = 0 }: { endsInMs?: number; warningDays?: number } = {}) {
  const clock = new SettableClock();
  const kept: KeptToken = {
    id: "t-1",
    name: "desk",
    scopes: ["metrics"],
    phones: null,
    hash: hashSecret("secret"),
    createdAt: clock.wall(),
    expiresAt: clock.wall() + endsInMs,
  };
  const facts: Fact[] = [];
  const tokenStore = new KeptTokens(facts);
  tokenStore.tokens.push(kept);
  const tokens = tokenTable([tableEntry(kept)]);
  const token = tokens.find("secret")!;
  const core = new RecordingCore();
  const waiting = waits();
  const ends: TokenEnd[] = [];
  waiting.begin(token, (why) => ends.push(why));
  const keeper = tokenKeeper({
    clock,
    bounds: { ...DEFAULT_API_BOUNDS, tokenWarningDays: warningDays },
    operator: core.operator,
    tokens,
    tokenStore,
    waits: waiting,
    note: (fact) => Promise.resolve(void facts.push(fact)),
  });
  return { clock, tokens, token, tokenStore, core, facts, ends, keeper };
}

const EXPIRED = {
  type: "tokenExpired",
  detail: { subject: "t-1", name: "desk", expiresAt: "2026-01-01T01:00:00.000Z" },
};

Deno.test("a token is valid until its end and void from then on; its applications and whoever waits are ended, the fact is written, the disk forgets it", async () => {
  const { clock, tokens, token, tokenStore, core, facts, ends } = house();
  clock.advance(HOUR - 1);
  deepEqual([tokens.find("secret"), core.calls, facts], [token, [], []]);
  clock.advance(1);
  equal(tokens.find("secret"), undefined);
  equal(tokens.endOf(token), "expired");
  deepEqual(core.calls, [["endApplicationsOf", "t-1", "tokenExpired"]]);
  await turn();
  deepEqual([facts, tokenStore.tokens], [[EXPIRED], []]);
  deepEqual(ends, ["expired"]);
  clock.advance(SECOND);
  equal(clock.pending, 0);
});

Deno.test("a token that ended while no server ran is void before anything is served", async () => {
  const { tokens, facts } = house({ endsInMs: -HOUR });
  equal(tokens.find("secret"), undefined);
  await turn();
  deepEqual(facts.map(({ type }) => type), ["tokenExpired"]);
});

Deno.test("a clock that is set on ends a token within a second; one that is set back makes it no good again", async () => {
  const { clock, tokens, token, tokenStore, facts } = house();
  tokenStore.failure = new Error("for the test");
  clock.set(HOUR);
  clock.advance(SECOND);
  equal(tokens.find("secret"), undefined);
  clock.set(-HOUR);
  clock.advance(SECOND);
  deepEqual([tokens.find("secret"), tokens.endOf(token)], [undefined, "expired"]);
  await turn();
  tokenStore.failure = undefined;
  clock.advance(SECOND);
  await turn();
  deepEqual([facts, tokenStore.tokens], [[EXPIRED], []]);
});

Deno.test("a token that the disk does not let go is void nevertheless, told of once, and tried again until it is gone (invariant 9)", async () => {
  const { clock, tokens, tokenStore, facts } = house();
  let tries = 0;
  const { expire } = tokenStore;
  tokenStore.expire = (id) => ++tries < 4 ? Promise.reject(new Error("for the test")) : expire.call(tokenStore, id);
  clock.advance(HOUR);
  for (let look = 0; look < 6; look++) {
    await turn();
    clock.advance(SECOND);
  }
  deepEqual([tries, tokens.find("secret"), facts, tokenStore.tokens], [4, undefined, [EXPIRED], []]);
});

Deno.test("a token that is revoked before its end is not told to have expired, though the disk still has it", async () => {
  const { clock, tokenStore, facts, keeper } = house();
  tokenStore.failure = new Error("for the test");
  await keeper.revoke("t-1", BY).catch(() => {});
  clock.advance(HOUR);
  tokenStore.failure = undefined;
  await keeper.revoke("t-1", BY).catch(() => {});
  deepEqual(facts.map(({ type }) => type), ["tokenRevoked"]);
});

Deno.test("nothing is looked for where no token has an end, and no more when the server stops", async () => {
  const { clock, tokens, keeper, facts } = house();
  keeper.stop();
  clock.advance(HOUR);
  deepEqual([clock.pending, facts.length, tokens.has("t-1")], [0, 0, true]);
  await keeper.revoke("t-1", BY).catch(() => {});
  equal(clock.pending, 0);
});

Deno.test("a rotated token is good by both secrets for the overlap, then by the new one alone; its applications go on, and the fact says who and until when", async () => {
  const { clock, tokens, token, tokenStore, core, facts, ends, keeper } = house({ endsInMs: 24 * HOUR });
  const { secret } = await keeper.rotate("t-1", { overlapMs: HOUR }, BY);
  deepEqual([tokens.find("secret"), tokens.find(secret)?.id], [token, "t-1"]);
  deepEqual(facts, [{
    type: "tokenRotated",
    token: "t-admin",
    address: "127.0.0.1",
    detail: {
      subject: "t-1",
      name: "desk",
      oldSecretUntil: "2026-01-01T01:00:00.000Z",
      expiresAt: "2026-01-02T00:00:00.000Z",
      secretSeal: secretSeal(hashSecret(secret)),
    },
  }]);
  clock.advance(HOUR - 1);
  deepEqual([tokens.find("secret"), ends], [token, []]);
  clock.advance(1);
  deepEqual([tokens.find("secret"), tokens.endOf(token), ends], [undefined, "rotated", ["rotated"]]);
  equal(tokens.find(secret)?.id, "t-1");
  await turn();
  deepEqual([tokenStore.tokens[0]?.oldSecrets, core.calls, facts.length], [undefined, [], 1]);
});

Deno.test("without an overlap every older secret is void at once, also those that had time left", async () => {
  const { tokens, ends, keeper } = house();
  const { secret: second } = await keeper.rotate("t-1", { overlapMs: HOUR }, BY);
  const { secret: third } = await keeper.rotate("t-1", { overlapMs: 0 }, BY);
  deepEqual(["secret", second].map((old) => tokens.find(old)), [undefined, undefined]);
  equal(tokens.find(third)?.id, "t-1");
  deepEqual(ends, ["rotated"]);
});

Deno.test("an old secret lives no longer than its token, and not again when the clock is set back", async () => {
  const { clock, tokens, tokenStore, keeper } = house();
  const { kept } = await keeper.rotate("t-1", { overlapMs: 9 * HOUR }, BY);
  deepEqual(kept.oldSecrets?.map(({ until }) => until), [kept.expiresAt]);
  await keeper.rotate("t-1", { overlapMs: SECOND, expiresAt: null }, BY);
  tokenStore.forget = () => Promise.reject(new Error("for the test"));
  clock.advance(HOUR);
  await turn();
  clock.set(-HOUR);
  clock.advance(SECOND);
  deepEqual([tokens.find("secret"), tokens.has("t-1")], [undefined, true]);
});

Deno.test("at most eight older secrets of a token are valid at once; the refusal says what would be right", async () => {
  const { clock, keeper, tokens } = house({ endsInMs: 24 * HOUR });
  const secrets = ["secret"];
  for (let i = 0; i < 8; i++) secrets.push((await keeper.rotate("t-1", { overlapMs: HOUR }, BY)).secret);
  await rejects(keeper.rotate("t-1", { overlapMs: HOUR }, BY), {
    kind: "conflict",
    message:
      /^8 older secrets of t-1 are still valid, the first until 2026-01-01T01:00:00\.000Z: wait .* without an overlap/,
  });
  ok(secrets.every((secret) => tokens.find(secret)));
  clock.advance(HOUR);
  await turn();
  await keeper.rotate("t-1", { overlapMs: HOUR }, BY);
  await rejects(keeper.rotate("t-none", { overlapMs: HOUR }, BY), { kind: "not-found" });
});

Deno.test("a rotation that the disk does not take leaves the token as it is; one that comes late is told of, and can be done again", async () => {
  const { clock, tokens, tokenStore, facts, keeper } = house();
  tokenStore.failure = new PhoneError("RESOURCEUNAVAIL", "The history cannot be written: disk is full");
  await rejects(keeper.rotate("t-1", { overlapMs: HOUR }, BY), {
    message: "The history cannot be written: disk is full; the new secret is not shown: rotate the token again; " +
      "the one before is valid until 2026-01-01T01:00:00.000Z at least",
  });
  deepEqual([tokenStore.tokens[0]?.rotatedAt, facts], [undefined, []]);
  tokenStore.failure = undefined;
  const late = Promise.withResolvers<void>();
  const { rotate } = tokenStore;
  tokenStore.rotate = async (id, rotation) => {
    await late.promise;
    await rotate.call(tokenStore, id, rotation);
  };
  const rotating = keeper.rotate("t-1", { overlapMs: 0 }, BY);
  clock.advance(DEFAULT_API_BOUNDS.closeRowsMs);
  await rejects(rotating, {
    message: /the secret before may be void, and the new one is not shown: rotate the token again$/,
  });
  late.resolve();
  await turn();
  deepEqual([tokens.find("secret"), facts.map(({ type }) => type)], [undefined, ["tokenRotated"]]);
  const { secret } = await keeper.rotate("t-1", { overlapMs: HOUR }, BY);
  equal(tokens.find(secret)?.id, "t-1");
});

Deno.test("a token that is revoked while its rotation waits for the disk stays void", async () => {
  const { tokens, tokenStore, keeper } = house();
  const late = Promise.withResolvers<void>();
  tokenStore.rotate = () => late.promise;
  const rotating = keeper.rotate("t-1", { overlapMs: HOUR }, BY);
  await keeper.revoke("t-1", BY);
  late.resolve();
  await rejects(rotating, { kind: "not-found" });
  equal(tokens.has("t-1"), false);
});

Deno.test("a token is warned of once, some days before its end, and again before another end", async () => {
  const day = 24 * HOUR;
  const { clock, facts, keeper, tokenStore } = house({ endsInMs: 90 * day, warningDays: 7 });
  const warnings = () => facts.filter(({ type }) => type === "tokenExpiring").length;
  clock.advance(83 * day - 1);
  equal(warnings(), 0);
  clock.advance(1);
  await turn();
  deepEqual(facts, [{
    type: "tokenExpiring",
    detail: { subject: "t-1", name: "desk", expiresAt: "2026-04-01T00:00:00.000Z" },
  }]);
  equal(tokenStore.tokens[0]?.warnedAt, clock.wall());
  clock.advance(day);
  await keeper.rotate("t-1", { overlapMs: 0 }, BY);
  clock.advance(day);
  await turn();
  equal(warnings(), 1);
  await keeper.rotate("t-1", { overlapMs: 0, expiresAt: new Date(clock.wall() + 30 * day).toISOString() }, BY);
  clock.advance(22 * day);
  await turn();
  equal(warnings(), 1);
  clock.advance(day);
  await turn();
  equal(warnings(), 2);
});

Deno.test("a token of a short life is warned of when three quarters of it are over; with 0 days none is", async () => {
  const short = house({ warningDays: 7 });
  const unwarned = house();
  for (const { clock } of [short, unwarned]) clock.advance(HOUR * 3 / 4 - 1);
  await turn();
  deepEqual(short.facts, []);
  for (const { clock } of [short, unwarned]) clock.advance(1);
  await turn();
  deepEqual([short.facts, unwarned.facts].map((facts) => facts.map(({ type }) => type)), [["tokenExpiring"], []]);
});
