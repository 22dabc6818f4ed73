import assert from "node:assert/strict";
import { authorization } from "../../../../plugins/sip/lib/digest/mod.ts";
import { algorithmOf, digestResponse } from "../../../../plugins/sip/lib/digest/response.ts";
import { SipHeaders, type SipResponse } from "../../../../plugins/sip/lib/message/mod.ts";
import { bareRequest, digestOf, parameter } from "./support.ts";

const EXAMPLE_OF_7616 = {
  user: "Mufasa",
  realm: "http-auth@example.org",
  secret: "Circle of Life",
  method: "GET",
  uri: "/dir/index.html",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  auth: { count: "00000001", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" },
};

const EXAMPLE_OF_SIP = {
  algorithm: "MD5",
  user: "bob",
  realm: "biloxi.com",
  secret: "zanzibar",
  method: "INVITE",
  uri: "sip:bob@biloxi.com",
  nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
} as const;

Deno.test("RFC 7616 3.9.1: the MD5 example is computed as published", () => {
  assert.equal(digestResponse({ ...EXAMPLE_OF_7616, algorithm: "MD5" }), "8ca523f5e9506fed4657c9700eebdbec");
});

Deno.test("RFC 7616 3.9.1: the SHA-256 example is computed as published", () => {
  assert.equal(
    digestResponse({ ...EXAMPLE_OF_7616, algorithm: "SHA-256" }),
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
  );
});

Deno.test("RFC 2617 3.5: its example is computed as published", () => {
  const response = digestResponse({
    algorithm: "MD5",
    user: "Mufasa",
    realm: "testrealm@host.com",
    secret: "Circle Of Life",
    method: "GET",
    uri: "/dir/index.html",
    nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
    auth: { count: "00000001", cnonce: "0a4f113b" },
  });
  assert.equal(response, "6629fae49393a05397450978507c4ef1");
});

Deno.test("draft-smith-sipping-auth-examples 3.1 and 3.3: the SIP examples with and without a qop are computed as published", () => {
  assert.equal(digestResponse(EXAMPLE_OF_SIP), "bf57e4e0d0bffc0fbaedce64d59add5e");
  const auth = { count: "00000001", cnonce: "0a4f113b" };
  assert.equal(digestResponse({ ...EXAMPLE_OF_SIP, auth }), "89eb0059246c02b2f6ee02c7961d5ea3");
});

Deno.test("RFC 7616 3.3: no algorithm is MD5, names are compared in any case, and others are not computed", () => {
  assert.equal(algorithmOf(undefined), "MD5");
  assert.equal(algorithmOf("md5"), "MD5");
  assert.equal(algorithmOf("sha-256"), "SHA-256");
  for (const name of ["MD5-sess", "SHA-256-sess", "SHA-512-256", "AKAv1-MD5", "", "__proto__"]) {
    assert.equal(algorithmOf(name), undefined);
  }
});

function challengeWith(status: number, name: string, ...values: string[]): SipResponse {
  const headers = new SipHeaders(values.map((value) => [name, value] as const));
  return { status, reason: "", headers, body: new Uint8Array() };
}

const BOB = { user: "bob", secret: "zanzibar" };
const INVITE = bareRequest({ method: "INVITE", uri: "sip:bob@biloxi.com" });

Deno.test("RFC 3261 22.4: a phone's challenge without a qop is answered without one", () => {
  const challenge = challengeWith(
    401,
    "WWW-Authenticate",
    'Digest realm="biloxi.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"',
  );
  const [name, value] = authorization(challenge, INVITE, BOB) ?? [];
  assert.equal(name, "Authorization");
  assert.equal(parameter(value ?? "", "response"), "bf57e4e0d0bffc0fbaedce64d59add5e");
  assert.equal(parameter(value ?? "", "opaque"), "5ccc");
  assert.doesNotMatch(value ?? "", /qop|cnonce|nc=|algorithm/);
});

Deno.test("RFC 3261 22.4: a challenge with qop is answered with qop=auth, a first count and a new cnonce each time", () => {
  const challenge = challengeWith(
    407,
    "Proxy-Authenticate",
    'Digest realm="biloxi.com", qop="auth-int, auth", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", algorithm=MD5',
  );
  const [name, value = ""] = authorization(challenge, INVITE, BOB) ?? [];
  assert.equal(name, "Proxy-Authorization");
  const cnonce = parameter(value, "cnonce");
  const auth = { count: "00000001", cnonce };
  assert.equal(parameter(value, "response"), digestResponse({ ...EXAMPLE_OF_SIP, auth }));
  assert.equal(parameter(value, "nc"), "00000001");
  assert.equal(parameter(value, "qop"), "auth");
  assert.notEqual(parameter(authorization(challenge, INVITE, BOB)?.[1] ?? "", "cnonce"), cnonce);
});

Deno.test("RFC 8760 2.4: the topmost challenge that can be computed is answered, and none if there is none", () => {
  const unknown = 'Digest realm="r", nonce="1", algorithm=SHA-512-256, qop="auth"';
  const sha = 'Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth"';
  const md5 = 'Digest realm="r", nonce="3", algorithm=MD5, qop="auth"';
  const [, value = ""] = authorization(challengeWith(401, "WWW-Authenticate", unknown, sha, md5), INVITE, BOB) ?? [];
  assert.equal(parameter(value, "algorithm"), "SHA-256");
  assert.equal(parameter(value, "nonce"), "2");
  const integrity = 'Digest realm="r", nonce="4", qop="auth-int"';
  for (const line of [unknown, integrity, 'Basic realm="r"', 'Digest nonce="1"', 'Digest realm="r"', "nonsense"]) {
    assert.equal(authorization(challengeWith(401, "WWW-Authenticate", line), INVITE, BOB), undefined);
  }
  assert.equal(authorization(challengeWith(401, "Proxy-Authenticate", md5), INVITE, BOB), undefined);
});

Deno.test("a challenge with quotes in its realm is answered with them escaped, and can bring no header of its own", () => {
  const challenge = challengeWith(
    401,
    "WWW-Authenticate",
    'Digest realm="the \\"best\\" phone, b=c", nonce="x", qop="auth"',
  );
  const header = authorization(challenge, INVITE, { user: 'bob "the" b\\b', secret: "s" });
  assert.ok(header);
  assert.doesNotThrow(() => new SipHeaders([header]));
  assert.equal(digestOf(header[1]).get("realm"), 'the "best" phone, b=c');
  assert.equal(digestOf(header[1]).get("username"), 'bob "the" b\\b');
});
