import { deepEqual, equal, throws } from "node:assert/strict";
import { Hono } from "hono";
import { addressOf, type Env, isSecure } from "../../server/http/caller/call_source.ts";
import { isAddressRange, trustedProxies } from "../../server/http/caller/trusted_proxies.ts";

const PROXIES = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"];

/** What is made of a call from this peer with these headers. */
async function source(hostname: string, headers: Record<string, string> = {}, { overTls = false } = {}) {
  const app = new Hono<Env>().get("/", (c) => c.json({ address: addressOf(c), secure: isSecure(c) }));
  const answer = await app.fetch(new Request("http://x/", { headers }), {
    remoteAddr: { transport: "tcp", hostname, port: 1 },
    completed: Promise.resolve(),
    overTls,
    isTrusted: trustedProxies(PROXIES),
  });
  return await answer.json();
}

const forwarded = async (peer: string, header: string) => (await source(peer, { "x-forwarded-for": header })).address;

Deno.test("a caller's address is the peer's, whatever it claims, unless that is a trusted proxy", async () => {
  equal(await forwarded("203.0.113.5", "198.51.100.1"), "203.0.113.5");
  equal((await source("10.0.0.1")).address, "10.0.0.1");
  equal(await forwarded("10.0.0.1", "198.51.100.1"), "198.51.100.1");
  equal(await forwarded("192.0.2.7", "198.51.100.1"), "198.51.100.1");
  equal(await forwarded("fd00::1", "2001:db8::1"), "2001:db8::1");
});

Deno.test("of a list it is the rightmost address that is no trusted proxy: what stands further left anybody can have written", async () => {
  equal(await forwarded("10.0.0.1", "127.0.0.1, 198.51.100.1"), "198.51.100.1");
  equal(await forwarded("10.0.0.1", "not an address, 198.51.100.1, 10.9.9.9 ,192.0.2.7"), "198.51.100.1");
  equal(await forwarded("10.0.0.1", "10.1.1.1, 10.2.2.2"), "10.1.1.1");
});

Deno.test("a port behind an address is left out, and IPv4 in the form of IPv6 is the same address", async () => {
  equal(await forwarded("10.0.0.1", "198.51.100.1:51234"), "198.51.100.1");
  equal(await forwarded("10.0.0.1", "[2001:db8::1]:51234"), "2001:db8::1");
  equal(await forwarded("10.0.0.1", "[2001:db8::1]"), "2001:db8::1");
  equal(await forwarded("::ffff:10.0.0.1", "::ffff:198.51.100.1"), "198.51.100.1");
  equal((await source("::ffff:203.0.113.5")).address, "203.0.113.5");
});

Deno.test("a malformed X-Forwarded-For leaves the peer's address", async () => {
  for (const header of ["", ",", "unknown", "198.51.100.1, _hidden", "198.51.100.1 10.0.0.1", "1.2.3.4.5", "[::1"]) {
    equal(await forwarded("10.0.0.1", header), "10.0.0.1", header);
  }
});

Deno.test("a call is secure over our own TLS, or as the trusted proxy next to us says", async () => {
  const secure = async (...call: Parameters<typeof source>) => (await source(...call)).secure;
  deepEqual(
    await Promise.all([
      secure("203.0.113.5"),
      secure("203.0.113.5", {}, { overTls: true }),
      secure("203.0.113.5", { "x-forwarded-proto": "https" }),
      secure("10.0.0.1"),
      secure("10.0.0.1", { "x-forwarded-proto": "https" }),
      secure("10.0.0.1", { "x-forwarded-proto": "https, http" }),
      secure("10.0.0.1", { forwarded: "for=198.51.100.1; proto=https" }),
      secure("10.0.0.1", { forwarded: 'proto=https, for=10.0.0.2;proto="http"' }),
    ]),
    [false, true, false, false, true, false, true, false],
  );
});

Deno.test("a trusted proxy is an address or a network, and nothing else", () => {
  for (const good of ["127.0.0.1", "::1", "10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "::/0"]) {
    equal(isAddressRange(good), true, good);
  }
  for (
    const bad of [
      "",
      "localhost",
      "10.0.0.0/33",
      "::/129",
      "10.0.0/8",
      "10.0.0.0/",
      "/8",
      "fe80::1%eth0",
      "10.0.0.0/8/8",
    ]
  ) {
    equal(isAddressRange(bad), false, bad);
    throws(() => trustedProxies([bad]));
  }
});
