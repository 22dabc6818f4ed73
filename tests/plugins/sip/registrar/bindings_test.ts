import assert from "node:assert/strict";
import { writeMessage } from "../../../../plugins/sip/lib/message/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import { DEFAULT_REGISTRAR_BOUNDS } from "../../../../plugins/sip/registrar/mod.ts";
import { bench, contactsOf, PHONE } from "./support.ts";

const CONTACT = "<sip:1001@192.0.2.20:5070>";
const OTHER = "<sip:1001@192.0.2.21:5070>";

Deno.test("a binding ends in its time, and that is told", async () => {
  const { register, clock, changes, bindings } = bench();
  register({ contact: `${CONTACT};expires=100, ${OTHER};expires=200` });
  await clock.pass(99_999);
  assert.equal(bindings("1001").length, 2);
  await clock.pass(1);
  assert.deepEqual(changes.at(-1), {
    user: "1001",
    bindings: bindings("1001"),
    reason: "expired",
    why: "it was not refreshed in time",
  });
  assert.equal(bindings("1001").length, 1);
  await clock.pass(100_000);
  assert.deepEqual(bindings("1001"), []);
  assert.equal(changes.length, 3);
  assert.equal(clock.alarms, 0);
});

Deno.test("a binding that is refreshed does not end in its first time", async () => {
  const { register, clock, bindings } = bench();
  register({ contact: CONTACT, expires: 100 });
  await clock.pass(90_000);
  register({ cseq: 2, contact: CONTACT, expires: 100 });
  await clock.pass(90_000);
  assert.equal(bindings("1001").length, 1);
  assert.equal(clock.alarms, 1);
});

Deno.test("one contact too many takes the place of the one that was refreshed longest ago; too many at once are refused", () => {
  const { register, bindings } = bench({ bounds: { ...DEFAULT_REGISTRAR_BOUNDS, contactsPerAccount: 3 } });
  const at = (...hosts: string[]) => hosts.map((host) => `<sip:1001@${host}>`).join(", ");
  const hosts = () => bindings("1001").map(({ contact }) => contact.uri.host).sort();
  register({ contact: at("a", "b", "c") });
  register({ cseq: 2, contact: at("a") });
  register({ cseq: 3, contact: at("d") });
  assert.deepEqual(hosts(), ["a", "c", "d"]);
  const response = register({ cseq: 4, contact: at("e", "f", "g", "h") });
  assert.equal(response.status, 403);
  assert.deepEqual(hosts(), ["a", "c", "d"]);
});

/** A contact of so many characters. */
function long(characters: number, host: string): string {
  return `<sip:1001@${host};x=${"y".repeat(characters - 15 - host.length)}>`;
}

for (const characters of [520, 1_400, 8_000]) {
  Deno.test(`linphone-android#1688, flexisip#100: a phone whose contact has ${characters} characters registers, and is given it back`, () => {
    const { register, bindings } = bench();
    const contact = long(characters, "192.0.2.20");
    const response = register({ contact, expires: 100 });
    assert.deepEqual([response.status, contactsOf(response)], [200, [`${contact};expires=100`]]);
    assert.equal(bindings("1001").length, 1);
  });
}

Deno.test("the contacts of one account have 16384 characters together: of more those refreshed longest ago are gone, which is logged", () => {
  const { register, bindings, logged } = bench();
  const hosts = () => bindings("1001").map(({ contact }) => contact.uri.host);
  register({ contact: long(8_000, "a") });
  register({ cseq: 2, contact: long(8_000, "b") });
  assert.deepEqual([hosts(), logged], [["b", "a"], []]);
  register({ cseq: 3, contact: long(400, "c") });
  assert.deepEqual(hosts(), ["c", "b"]);
  assert.deepEqual(logged, [
    "1001 has more contacts than the 10 of 16384 characters that are kept: the 1 refreshed longest ago are gone",
  ]);
});

Deno.test("contacts that are too long together in one REGISTER are refused by 403, which says the bound, in the log too", () => {
  const { register, bindings, logged } = bench();
  const lines = ["a", "b", "c"].map((host) => `Contact: ${long(6_000, host)}`);
  const response = register({ lines, expires: 100 });
  assert.deepEqual([response.status, response.reason], [403, "More Than 16384 Characters Of Contacts"]);
  assert.deepEqual(bindings("1001"), []);
  assert.match(logged.join(), /^Refused REGISTER of udp 192\.0\.2\.20:5070: 403 More Than 16384 Characters/);
});

Deno.test("the longest answer fits a datagram", () => {
  const { register } = bench();
  const hosts = Array.from({ length: 10 }, (_, index) => `${index}`);
  const response = register({ lines: hosts.map((host) => `Contact: ${long(1_600, host)}`) });
  assert.equal(response.status, 200);
  assert.ok(writeMessage(response).length < 20_000);
});

Deno.test("messages go where a phone's really come from, or to the port that it names at that very address", () => {
  const peerOf = (contact: string, from = PHONE) => {
    const { register, bindings } = bench();
    register({ contact }, { from });
    return bindings("1001")[0]?.peer;
  };
  assert.deepEqual(peerOf("<sip:1001@10.0.0.5:5062>"), PHONE, "behind a router");
  assert.deepEqual(peerOf("<sip:1001@desk.phones.test>"), PHONE, "a name is not looked up");
  assert.deepEqual(peerOf("<sip:1001@192.0.2.20:5062>"), { ...PHONE, port: 5062 });
  assert.deepEqual(peerOf("<sip:1001@192.0.2.20>"), { ...PHONE, port: 5060 });
  assert.deepEqual(peerOf("<sip:1001@192.0.2.20:5062;transport=tcp>"), PHONE);
  const overTcp: typeof PHONE = { ...PHONE, transport: "tcp" };
  assert.deepEqual(
    peerOf("<sip:1001@192.0.2.20:5062;transport=tcp>", overTcp),
    overTcp,
    "the connection that it opened",
  );
  const six: typeof PHONE = { transport: "udp", host: "2001:db8::7", port: 40_000 };
  assert.deepEqual(peerOf("<sip:1001@[2001:db8::7]:5062>", six), { ...six, port: 5062 });
});

Deno.test("a binding has one id for as long as it lasts, however its contact is spelled and wherever its messages come from", () => {
  const { register, bindings } = bench();
  register({ contact: "<sip:1001@10.0.0.5:5070>" });
  const [first] = bindings("1001");
  register({ cseq: 2, contact: "<sip:1001@10.0.0.5:5070;ob>" }, { from: { ...PHONE, port: 40_000 } });
  const [second] = bindings("1001");
  assert.deepEqual([second?.id, second?.peer.port], [first?.id, 40_000]);
  register({ cseq: 3, contact: "<sip:1001@10.0.0.5:5070>", expires: 0 });
  register({ cseq: 4, contact: "<sip:1001@10.0.0.5:5070>" });
  assert.notEqual(bindings("1001")[0]?.id, first?.id);
});

Deno.test("RFC 5626 section 6: a phone that comes back with its +sip.instance and reg-id takes the place of its old contact", () => {
  const { register, bindings, changes } = bench();
  const of = (port: number, params: string) => `<sip:1001@192.0.2.20:${port}>;+sip.instance="<urn:uuid:1>"${params}`;
  const ports = () => bindings("1001").map(({ contact }) => contact.uri.port);
  register({ callId: "before", contact: of(5070, "") });
  register({ callId: "after", contact: of(5071, "") });
  assert.deepEqual([ports(), changes.at(-1)?.reason], [[5071], "registered"]);
  register({ callId: "one", contact: of(5072, ";reg-id=1") });
  register({ callId: "two", contact: of(5073, ";reg-id=2") });
  assert.deepEqual(ports(), [5073, 5072, 5071], "each flow is a binding of its own");
  register({ callId: "one-again", contact: of(5074, ";reg-id=1") });
  assert.deepEqual(ports(), [5074, 5073, 5071]);
  register({ callId: "another", contact: `<sip:1001@192.0.2.20:5075>;+sip.instance="<urn:uuid:2>";reg-id=1` });
  assert.deepEqual(ports(), [5075, 5074, 5073, 5071]);
});

Deno.test("RFC 5626 section 6: contacts of one REGISTER do not take one another's place, whichever comes first", () => {
  const at = (port: number, more = "") => `<sip:1001@192.0.2.20:${port}>;+sip.instance="<urn:uuid:1>"${more}`;
  for (
    const contact of [
      `${at(5070, ";expires=0")}, ${at(5071)}`,
      `${at(5071)}, ${at(5070, ";expires=0")}`,
    ]
  ) {
    const { register, bindings } = bench();
    register({ contact: at(5070) });
    register({ cseq: 2, contact });
    assert.deepEqual(bindings("1001").map(({ contact }) => contact.uri.port), [5071]);
  }
  const { register, bindings } = bench();
  register({ contact: `${at(5070)}, ${at(5071)}` });
  assert.equal(bindings("1001").length, 2);
});

const OVER_TCP: Peer = { ...PHONE, transport: "tcp", port: 50_000 };

Deno.test("RFC 5626 section 7: a binding that only its connection leads to is gone with that", () => {
  for (
    const contact of [
      "<sip:1001@10.0.0.5:5062;transport=tcp>",
      "<sip:1001@desk.phones.test;transport=tcp>",
      "<sip:1001@192.0.2.20:5062>",
    ]
  ) {
    const { register, registrar, bindings, changes } = bench();
    register({ contact: `${contact}, ${OTHER}` }, { from: OVER_TCP });
    register({ cseq: 2, contact: OTHER });
    registrar.lost({ ...OVER_TCP, port: 50_001 });
    registrar.lost(PHONE);
    assert.equal(changes.length, 2);
    registrar.lost(OVER_TCP);
    assert.deepEqual(bindings("1001").map(({ contact }) => contact.uri.host), ["192.0.2.21"]);
    assert.equal(changes.at(-1)?.reason, "lost");
    assert.equal(changes.at(-1)?.why, "the connection to tcp 192.0.2.20:50000 is gone");
    assert.equal(contactsOf(register({ cseq: 3 })).length, 1);
  }
});

Deno.test("RFC 3261 18: a phone that names the address that it came from may listen there, and keeps its binding without its connection", () => {
  const { register, registrar, bindings, changes } = bench();
  register({ contact: "<sip:1001@192.0.2.20:5062;transport=TCP>" }, { from: OVER_TCP });
  const [before] = bindings("1001");
  registrar.lost(OVER_TCP);
  const [after] = bindings("1001");
  assert.deepEqual([before?.id, after?.peer], [after?.id, { ...OVER_TCP, port: 5062 }]);
  registrar.lost({ ...OVER_TCP, port: 5062 });
  assert.equal(changes.length, 2, "the end of a connection of ours says nothing");
});
