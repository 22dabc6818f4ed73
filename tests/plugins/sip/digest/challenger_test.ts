import assert from "node:assert/strict";
import { createChallenger } from "../../../../plugins/sip/lib/digest/mod.ts";
import { readDigest } from "../../../../plugins/sip/lib/digest/parameters.ts";
import { HandClock } from "../support/hand_clock.ts";
import { answer, bareRequest, digestOf, parameter, type PhoneAnswer } from "./support.ts";

const SOURCE = "192.0.2.7";
const LIFETIME = 60_000;

function desk(accounts: Record<string, string> = { "1001": "wonderland" }) {
  const clock = new HandClock();
  const options = { realm: "phones.test", clock, lifetimeMs: LIFETIME, algorithms: ["SHA-256", "MD5"] } as const;
  const challenger = createChallenger(options);
  const secrets = new Map(Object.entries(accounts));
  const verdictOf = (
    authorization: string | string[],
    request: { uri?: string; method?: string; source?: string } = {},
  ) =>
    challenger.check(bareRequest({ ...request, authorization: [authorization].flat() }), {
      source: request.source ?? SOURCE,
      secretOf: (user) => secrets.get(user),
    });
  const [sha = "", md5 = ""] = challenger.challenge(SOURCE);
  return {
    clock,
    challenger,
    verdictOf,
    sha,
    md5,
    answered: (options: PhoneAnswer) => verdictOf(answer(sha, options)),
  };
}

Deno.test("RFC 8760 2.3: a challenge offers SHA-256 first and MD5 second, each with qop=auth", () => {
  const { sha, md5 } = desk();
  assert.match(sha, /^Digest realm="phones\.test", nonce="[\w-]+", algorithm=SHA-256, qop="auth"$/);
  assert.match(md5, /^Digest realm="phones\.test", nonce="[\w-]+", algorithm=MD5, qop="auth"$/);
});

Deno.test("RFC 7616 3.4.1: the answer to either algorithm is taken", () => {
  const { sha, verdictOf, challenger } = desk();
  assert.deepEqual(verdictOf(answer(sha)), { verdict: "ok", user: "1001", algorithm: "SHA-256" });
  const [, md5 = ""] = challenger.challenge(SOURCE);
  assert.deepEqual(verdictOf(answer(md5)), { verdict: "ok", user: "1001", algorithm: "MD5" });
});

Deno.test("RFC 7616 3.3: an answer that names no algorithm is one with MD5", () => {
  const { md5, verdictOf } = desk();
  assert.deepEqual(verdictOf(answer(md5, { change: { algorithm: undefined } })), {
    verdict: "ok",
    user: "1001",
    algorithm: "MD5",
  });
});

Deno.test("RFC 3261 22.1: a request without an answer for our realm is to be challenged", () => {
  const { sha, verdictOf } = desk();
  assert.deepEqual(verdictOf([]), { verdict: "missing" });
  assert.equal(verdictOf('Basic realm="phones.test"').verdict, "missing");
  assert.deepEqual(verdictOf(answer(sha.replace("phones.test", "elsewhere.test"))), { verdict: "missing" });
});

Deno.test("RFC 3261 22.3: among answers for several realms ours is found", () => {
  const { sha, verdictOf } = desk();
  assert.equal(verdictOf([answer(sha.replace("phones.test", "elsewhere.test")), answer(sha)]).verdict, "ok");
});

Deno.test("RFC 7616 3.4.1: a wrong secret, an unknown user and the secret of another user are all the same", () => {
  const { answered } = desk({ "1001": "wonderland", "1002": "looking-glass" });
  assert.deepEqual(answered({ secret: "x" }), { verdict: "wrong", user: "1001", algorithm: "SHA-256" });
  assert.deepEqual(answered({ secret: "looking-glass" }), { verdict: "wrong", user: "1001", algorithm: "SHA-256" });
  assert.deepEqual(answered({ user: "1003" }), { verdict: "wrong", user: "1003", algorithm: "SHA-256" });
  assert.deepEqual(answered({ user: "toString" }), { verdict: "wrong", user: "toString", algorithm: "SHA-256" });
});

Deno.test("RFC 7616 3.4.3: the method and the request URI are bound in", () => {
  const { sha, verdictOf, challenger } = desk();
  assert.equal(verdictOf(answer(sha), { method: "INVITE" }).verdict, "wrong");
  assert.deepEqual(verdictOf(answer(sha), { uri: "sip:other.test" }), {
    verdict: "missing",
    why: "it is for another request URI",
  });
  assert.equal(verdictOf(answer(sha, { uri: "not a uri" })).verdict, "missing");
  assert.equal(verdictOf(answer(sha, { uri: "sip:PHONES.test" })).verdict, "ok", "RFC 3261 19.1.4: the same URI");
  const [again = ""] = challenger.challenge(SOURCE);
  const withPort = { uri: "sip:phones.test:5060" };
  assert.equal(verdictOf(answer(again), withPort).verdict, "ok", "RFC 3261 19.1.2: the usual port");
  assert.equal(verdictOf(answer(again, { ...withPort, count: "00000002" })).verdict, "ok");
  assert.equal(verdictOf(answer(again, { uri: "sip:phones.test:5061" })).verdict, "missing");
});

for (
  const [asked, signed, verdict] of [
    ["sip:1001@phones.test:5070;transport=tcp", "sip:1001@phones.test", "ok"],
    ["sip:1001@phones.test:5070;transport=tcp", "sip:1001@phones.test;transport=TCP", "ok"],
    ["sip:1001@phones.test:5070", "sip:1001@phones.test:5070", "ok"],
    ["sip:1001@phones.test:5070", "sip:1001@phones.test:5060", "missing"],
    ["sip:1001@phones.test;transport=tcp", "sip:1001@phones.test;transport=udp", "missing"],
    ["sip:1001@phones.test", "sip:1001@phones.test;transport=tcp", "missing"],
    ["sip:1001@phones.test:5070", "sip:1002@phones.test", "missing"],
    ["sip:1001@phones.test:5070", "sip:1001@other.test", "missing"],
    ["sip:10%301@phones.test", "sip:1001@phones.test", "ok"],
    ["sip:1%3Bx@phones.test", "sip:1;x@phones.test", "missing"],
  ] as const
) {
  Deno.test(`RFC 7616 3.4.6: an answer for ${signed} to a request of ${asked} is ${verdict}`, () => {
    const { sha, verdictOf } = desk();
    assert.equal(verdictOf(answer(sha, { uri: signed }), { uri: asked }).verdict, verdict);
  });
}

Deno.test("an Authorization that cannot be read is none, and it is told why; one for another realm is none of ours", () => {
  const { verdictOf, sha } = desk();
  assert.deepEqual(verdictOf('Digest realm="phones.test", realm="b"'), {
    verdict: "missing",
    why: "it has a parameter twice",
  });
  assert.deepEqual(verdictOf("Bearer x"), { verdict: "missing", why: "its scheme is not Digest" });
  assert.deepEqual(verdictOf('Digest realm="elsewhere.test"'), { verdict: "missing" });
  assert.equal(verdictOf(answer(sha)).verdict, "ok");
});

Deno.test("RFC 7616 3.3: the answer to an expired nonce is stale, whatever it says, and one to a new nonce is taken", async () => {
  const { clock, sha, challenger, verdictOf } = desk();
  await clock.pass(LIFETIME - 1);
  assert.equal(verdictOf(answer(sha)).verdict, "ok");
  await clock.pass(1);
  assert.deepEqual(verdictOf(answer(sha, { count: "00000002" })), { verdict: "stale", algorithm: "SHA-256" });
  assert.deepEqual(verdictOf(answer(sha, { secret: "guess", count: "00000002" })), {
    verdict: "stale",
    algorithm: "SHA-256",
  });
  const [again = ""] = challenger.challenge(SOURCE, { stale: true, algorithms: ["SHA-256"] });
  assert.match(again, /, stale=true$/);
  assert.equal(verdictOf(answer(again)).verdict, "ok");
});

Deno.test("a nonce of another run, of another source, or that nobody made is stale, and tells nothing about the secret", () => {
  const { sha, verdictOf, challenger } = desk();
  const [before = ""] = desk().challenger.challenge(SOURCE);
  const nonce = parameter(sha, "nonce");
  for (const secret of ["wonderland", "guess"]) {
    assert.equal(verdictOf(answer(before, { secret })).verdict, "stale");
    assert.equal(verdictOf(answer(challenger.challenge("192.0.2.8")[0] ?? "", { secret })).verdict, "stale");
    for (
      const forged of ["x", "AAAA".repeat(10), `${nonce.slice(0, -1)}${nonce.endsWith("A") ? "B" : "A"}`, "ü", "!"]
    ) {
      assert.equal(verdictOf(answer(sha.replace(nonce, forged), { secret })).verdict, "stale");
    }
  }
});

Deno.test("RFC 7616 3.4.5: a replayed answer is stale, so that a phone that does not count is asked again", () => {
  const { answered } = desk();
  assert.equal(answered({}).verdict, "ok");
  assert.equal(answered({}).verdict, "stale");
  assert.equal(answered({ cnonce: "another" }).verdict, "stale");
  assert.equal(answered({ count: "00000002" }).verdict, "ok");
  assert.equal(answered({ count: "00000001" }).verdict, "stale");
});

Deno.test("RFC 7616 3.4.5: counts that UDP brought out of order are taken once each, up to 31 behind the highest", () => {
  const { answered } = desk();
  const verdicts = (...counts: number[]) =>
    counts.map((count) => answered({ count: count.toString(16).padStart(8, "0") }).verdict);
  assert.deepEqual(verdicts(40, 39, 9, 8, 9, 39, 40), ["ok", "ok", "ok", "stale", "stale", "stale", "stale"]);
  assert.deepEqual(verdicts(71, 41, 40, 39, 72, 41), ["ok", "ok", "stale", "stale", "ok", "stale"]);
  assert.deepEqual(verdicts(0xffff_ffff, 0xffff_fffe, 73, 0xffff_ffff), ["ok", "ok", "stale", "stale"]);
});

Deno.test("a count is not spent by somebody who names it without the secret", () => {
  const { answered } = desk();
  assert.equal(answered({ secret: "guess", count: "ffffffff" }).verdict, "wrong");
  assert.equal(answered({}).verdict, "ok");
});

Deno.test("however many nonces are spent, none can be spent again", () => {
  const { challenger, verdictOf } = desk();
  const spent = Array.from({ length: 5_000 }, () => answer(challenger.challenge(SOURCE)[1] ?? ""));
  const [unspent = ""] = challenger.challenge(SOURCE);
  for (const each of spent) assert.equal(verdictOf(each).verdict, "ok");
  for (const each of spent) assert.equal(verdictOf(each).verdict, "stale");
  assert.equal(verdictOf(answer(unspent)).verdict, "ok");
});

Deno.test("two phones that are challenged at the same moment get nonces of their own", () => {
  const { challenger, verdictOf } = desk();
  const [one = ""] = challenger.challenge(SOURCE);
  const [other = ""] = challenger.challenge(SOURCE);
  assert.equal(verdictOf(answer(one)).verdict, "ok");
  assert.equal(verdictOf(answer(other)).verdict, "ok");
});

Deno.test("user names with quotes, backslashes and letters of any alphabet are taken", () => {
  for (const user of ['J"ü"rg', "back\\slash", "Jäsøn Doe", "電話", "a,b;c=d"]) {
    const { answered } = desk({ [user]: "wonderland" });
    assert.deepEqual(answered({ user }), { verdict: "ok", user, algorithm: "SHA-256" });
  }
});

const UNUSABLE: Record<string, PhoneAnswer["change"]> = {
  "RFC 2069: no qop": { qop: undefined, nc: undefined, cnonce: undefined },
  "qop=auth-int, which was not offered": { qop: "auth-int" },
  "no nc": { nc: undefined },
  "nc of zero": { nc: "00000000" },
  "nc of seven digits": { nc: "0000001" },
  "nc that is no number": { nc: "0000000g" },
  "nc below zero": { nc: "-0000001" },
  "no cnonce": { cnonce: undefined },
  "no response": { response: undefined },
  "no user": { username: undefined },
  "an empty user": { username: '""' },
  "a user only as RFC 5987 has it": { username: undefined, "username*": "UTF-8''1001" },
  "no uri": { uri: undefined },
  "no nonce": { nonce: undefined },
  "an algorithm that nobody knows": { algorithm: "ROT13" },
  "a session algorithm": { algorithm: "MD5-sess" },
  "an algorithm that is a property of objects": { algorithm: "__proto__" },
};

for (const [what, change] of Object.entries(UNUSABLE)) {
  Deno.test(`an answer that cannot be checked is none: ${what}`, () => {
    const verdict = desk().answered({ ...change && { change } });
    assert.equal(verdict.verdict, "missing");
    assert.ok("why" in verdict && verdict.why);
  });
}

Deno.test("an algorithm that was not offered is not taken", () => {
  const options = {
    realm: "phones.test",
    clock: new HandClock(),
    lifetimeMs: LIFETIME,
    algorithms: ["SHA-256"],
  } as const;
  const challenger = createChallenger(options);
  const [only = "", ...others] = challenger.challenge(SOURCE);
  assert.equal(others.length, 0);
  const authorization = [answer(only.replace("SHA-256", "MD5"))];
  assert.deepEqual(challenger.check(bareRequest({ authorization }), { source: SOURCE, secretOf: () => "wonderland" }), {
    verdict: "missing",
    why: "MD5 was not asked for",
  });
});

Deno.test("a response of any other length or alphabet is wrong, one in capitals is right", () => {
  const { sha, verdictOf } = desk();
  for (const response of ["0", "f".repeat(63), "f".repeat(65), "f".repeat(1_000_000), "ü".repeat(64)]) {
    assert.equal(verdictOf(answer(sha, { change: { response: `"${response}"` } })).verdict, "wrong");
  }
  const capitals = `"${parameter(answer(sha), "response").toUpperCase()}"`;
  assert.equal(verdictOf(answer(sha, { change: { response: capitals } })).verdict, "ok");
});

const NOT_DIGEST = [
  "",
  "Digest",
  "Digest ",
  "Digest=1",
  "Digest realm",
  "Digest realm=",
  'Digest realm="',
  'Digest realm="a" nonce="b"',
  'Digest realm="a",',
  'Digest realm="a",,nonce="b"',
  'Digest realm="a", realm="b"',
  'Digest realm="a", Realm="a"',
  'Digest realm="a", Digest realm="b"',
  'Digest realm="a"; nonce="b"',
  "Bearer realm=a",
  '"Digest" realm="a"',
];

for (const text of NOT_DIGEST) {
  Deno.test(`RFC 7616 3.4: ${JSON.stringify(text)} is not read`, () =>
    assert.match(String(readDigest(text)), /^it(s scheme)? (is|has) /));
}

Deno.test("parameters are read in any case, with blanks around, quoted or not, and a megabyte of them in passing", () => {
  const read = readDigest('dIGEST  REALM = "a \\"b\\", c" ,\tnc=00000001,qop="auth"');
  assert.deepEqual([...read ?? []], [["realm", 'a "b", c'], ["nc", "00000001"], ["qop", "auth"]]);
  assert.equal(digestOf(`Digest nonce="${"n".repeat(1_000_000)}"`).get("nonce")?.length, 1_000_000);
  const many = Array.from({ length: 100_000 }, (_, number) => `p${number}="x"`).join(", ");
  assert.equal(digestOf(`Digest ${many}`).size, 100_000);
  assert.equal(readDigest(`Digest ${'nonce="x", '.repeat(100_000)}`), "it has a parameter twice");
});
