import assert from "node:assert/strict";
import { writeUri } from "../../../../plugins/sip/lib/message/mod.ts";
import { bench, contactsOf } from "./support.ts";

const CONTACT = "<sip:1001@192.0.2.20:5070>";
const OTHER = "<sip:1001@192.0.2.21:5070>";

Deno.test("RFC 3261 10.3 step 1: every domain that leads here is ours, be it the realm, an address or the domain of the address of record", () => {
  for (
    const [uri, to] of [
      ["sip:phones.test", "<sip:1001@phones.test>"],
      ["sip:PHONES.test", "<sip:1001@phones.TEST:5060>"],
      ["sip:192.0.2.1", "<sip:1001@phones.test>"],
      ["sip:[2001:db8::1]:5060", "<sip:1001@phones.test>"],
      ["sip:phones.test", "<sip:1001@192.0.2.1>"],
      ["sip:pbx.example.org;transport=udp", "<sip:1001@pbx.example.org>"],
    ] as const
  ) {
    assert.equal(bench().register({ uri, to, contact: CONTACT }).status, 200, `${uri} ${to}`);
  }
});

Deno.test("RFC 3261 10.3 step 2: an extension that is required is answered 420 with its name", () => {
  const response = bench().register({
    contact: CONTACT,
    lines: ["Require: path, outbound", "Proxy-Require: sec-agree"],
  });
  assert.equal(response.status, 420);
  assert.deepEqual(response.headers.all("Unsupported"), ["path", "outbound", "sec-agree"]);
});

Deno.test("RFC 3261 10.3 step 3: a REGISTER without digest is challenged, and registers nothing", () => {
  const { send, bindings } = bench();
  const response = send({ lines: [`Contact: ${CONTACT}`] });
  assert.ok(typeof response !== "string");
  assert.equal(response.status, 401);
  assert.equal(response.headers.all("WWW-Authenticate").length, 2);
  assert.deepEqual(bindings("1001"), []);
});

Deno.test("RFC 3261 10.3 step 4: nobody registers for another, even with digest", () => {
  const { register, changes, bindings } = bench();
  const response = register({ to: "<sip:1002@phones.test>", contact: CONTACT });
  assert.equal(response.status, 403);
  assert.equal(register({ from: "<sip:1002@phones.test>", to: "<sip:phones.test>", contact: CONTACT }).status, 403);
  assert.deepEqual([...bindings("1001"), ...bindings("1002"), ...changes], []);
});

Deno.test("RFC 3261 10.3 step 4: From may be anybody, if digest and To are of one account", () => {
  const { register } = bench();
  assert.equal(
    register({ from: "<sip:admin@phones.test>", to: "<sip:1001@phones.test>", contact: CONTACT }).status,
    200,
  );
});

Deno.test("RFC 3261 10.3 step 5: an address of record of another domain than the request URI's is answered 404", () => {
  const { register, logged } = bench();
  assert.equal(register({ uri: "sip:elsewhere.test", to: "<sip:1001@phones.test>", contact: CONTACT }).status, 404);
  assert.equal(register({ to: "<sip:1001@elsewhere.test>", contact: CONTACT }).status, 404);
  assert.match(logged[0] ?? "", /^Refused REGISTER of udp 192\.0\.2\.20:5070: 404/);
});

Deno.test("RFC 3261 10.3 step 5: an address of record that is no SIP URI is answered 400", () => {
  assert.equal(bench().register({ to: "<tel:+4930123>", contact: CONTACT }).status, 400);
});

Deno.test("RFC 3261 10.3 step 5: escapes, parameters and passwords do not make another address of record", () => {
  const { register, bindings } = bench();
  assert.equal(register({ to: "Alice <sip:%31001:x@phones.test;user=phone>", contact: CONTACT }).status, 200);
  assert.equal(bindings("1001").length, 1);
});

Deno.test("RFC 3261 10.3 step 6: without a Contact a REGISTER asks what there is, and changes nothing", () => {
  const { register, changes } = bench();
  register({ contact: `${CONTACT};q=0.5;expires=600` });
  const response = register({ cseq: 2 });
  assert.equal(response.status, 200);
  assert.deepEqual(contactsOf(response), [`${CONTACT};q=0.5;expires=600`]);
  assert.deepEqual(
    contactsOf(register({ cseq: 2, expires: 0 })),
    [`${CONTACT};q=0.5;expires=600`],
    "Expires alone means nothing",
  );
  assert.equal(changes.length, 1);
});

Deno.test("RFC 3261 10.3 step 6: a star with Expires 0 takes every binding back", () => {
  const { register, changes, bindings } = bench();
  register({ contact: `${CONTACT}, ${OTHER}` });
  const response = register({ cseq: 2, contact: "*", expires: 0 });
  assert.equal(response.status, 200);
  assert.deepEqual(contactsOf(response), []);
  assert.deepEqual(bindings("1001"), []);
  assert.deepEqual(changes.map(({ reason, bindings }) => [reason, bindings.length]), [["registered", 2], [
    "unregistered",
    0,
  ]]);
  assert.equal(register({ cseq: 3, contact: "*", expires: 0 }).status, 200, "there was none");
  assert.equal(changes.length, 2);
});

Deno.test("RFC 3261 10.3 step 6: a star with another contact, another Expires or none is answered 400", () => {
  const { register, bindings } = bench();
  register({ contact: CONTACT });
  for (
    const { contact, expires } of [
      { contact: `*, ${CONTACT}`, expires: 0 },
      { contact: `${CONTACT}, *`, expires: 0 },
      { contact: "*, *", expires: 0 },
      { contact: "*", expires: 60 },
      { contact: "*", expires: "soon" },
      { contact: "*;expires=0", expires: 0 },
    ]
  ) {
    assert.equal(register({ cseq: 9, contact, expires }).status, 400, contact);
  }
  assert.equal(register({ cseq: 9, contact: "*" }).status, 400);
  assert.equal(bindings("1001").length, 1);
});

Deno.test("RFC 3261 10.3 step 6: a star that was overtaken by a later REGISTER of the same Call-ID takes nothing back", () => {
  const { register, bindings } = bench();
  register({ cseq: 5, contact: CONTACT });
  register({ cseq: 1, callId: "other", contact: OTHER });
  assert.equal(register({ cseq: 5, contact: "*", expires: 0 }).status, 500);
  assert.equal(register({ cseq: 4, contact: "*", expires: 0 }).status, 500);
  assert.equal(bindings("1001").length, 2);
  assert.equal(register({ cseq: 1, callId: "third", contact: "*", expires: 0 }).status, 200);
});

Deno.test("RFC 3261 10.3 step 7: how long it lasts is the contact's, else the header's, else an hour, and never more than we allow", () => {
  const lasting = (contact: string, expires?: number | string) => {
    const response = bench().register({ contact, ...expires !== undefined && { expires } });
    return response.headers.get("Contact")?.replace(CONTACT, "");
  };
  assert.equal(lasting(`${CONTACT};expires=600`, 900), ";expires=600");
  assert.equal(lasting(CONTACT, 900), ";expires=900");
  assert.equal(lasting(CONTACT), ";expires=3600");
  assert.equal(lasting(CONTACT, 86_400), ";expires=7200");
  assert.equal(lasting(`${CONTACT};expires=4294967295`), ";expires=7200");
  assert.equal(lasting(`${CONTACT};expires=60`), ";expires=60");
});

Deno.test("RFC 3261 10.2.1.1: an expiry that nobody understands is an hour", () => {
  for (
    const contact of [
      `${CONTACT};expires=soon`,
      `${CONTACT};expires=-1`,
      `${CONTACT};expires`,
      `${CONTACT};expires=99999999999`,
    ]
  ) {
    assert.deepEqual(contactsOf(bench().register({ contact, expires: 900 })), [`${CONTACT};expires=3600`], contact);
  }
  assert.deepEqual(contactsOf(bench().register({ contact: CONTACT, expires: "soon" })), [`${CONTACT};expires=3600`]);
});

Deno.test("RFC 3261 10.2.8: what is too brief is answered 423 with Min-Expires, but 0 is not too brief", () => {
  const { register } = bench();
  const response = register({ contact: CONTACT, expires: 59 });
  assert.equal(response.status, 423);
  assert.equal(response.headers.get("Min-Expires"), "60");
  assert.equal(register({ contact: `${CONTACT}, ${OTHER};expires=1` }).status, 423);
  assert.deepEqual(contactsOf(register({})), [], "all or nothing");
  assert.equal(register({ contact: CONTACT, expires: 0 }).status, 200);
});

Deno.test("RFC 3261 10.3 step 7: an hour or more is never too brief", () => {
  const { register } = bench({ expiry: { leastSeconds: 7_200, mostSeconds: 7_200 } });
  assert.equal(register({ contact: CONTACT, expires: 3_599 }).status, 423);
  assert.deepEqual(contactsOf(register({ contact: CONTACT, expires: 3_600 })), [`${CONTACT};expires=3600`]);
});

Deno.test("RFC 3261 10.3 step 7: contacts are compared as URIs, so that another spelling refreshes the same binding", () => {
  const { register, changes, bindings } = bench();
  register({ contact: "<sip:1001@Desk.Phones.test;ob>" });
  register({ cseq: 2, contact: "Desk <sip:%31001@desk.phones.TEST>;expires=100" });
  assert.equal(bindings("1001").length, 1);
  assert.equal(bindings("1001")[0]?.cseq, 2);
  assert.deepEqual(changes.map(({ reason }) => reason), ["registered", "refreshed"]);
  register({ cseq: 3, contact: "<sip:1001@desk.phones.test:5060>" });
  assert.equal(bindings("1001").length, 2, "RFC 3261 19.1.4: a port that is named is not one that is not");
});

Deno.test("RFC 3261 10.3 step 7: a REGISTER of the same Call-ID that is not newer changes nothing at all", () => {
  const { register, changes, bindings } = bench();
  register({ cseq: 7, contact: CONTACT, expires: 600 });
  const before = bindings("1001");
  for (const cseq of [7, 6, 1]) {
    assert.equal(register({ cseq, contact: `${OTHER}, ${CONTACT};expires=0` }).status, 500);
  }
  assert.deepEqual(bindings("1001"), before);
  assert.equal(changes.length, 1);
  assert.equal(register({ cseq: 8, contact: CONTACT }).status, 200);
  assert.equal(register({ cseq: 1, callId: "after-a-restart", contact: CONTACT }).status, 200);
  assert.equal(register({ cseq: 8, contact: CONTACT }).status, 200, "the Call-ID of before is another now");
});

Deno.test("RFC 3261 10.3 step 7: one REGISTER may add, refresh and take back, and is told as one change", () => {
  const { register, changes } = bench();
  register({ contact: `${CONTACT}, ${OTHER}` });
  const response = register({ cseq: 2, contact: `${CONTACT};expires=0, ${OTHER};expires=100, <sip:1001@192.0.2.22>` });
  assert.deepEqual(contactsOf(response), ["<sip:1001@192.0.2.22>;expires=3600", `${OTHER};expires=100`]);
  assert.deepEqual(changes.map(({ reason }) => reason), ["registered", "registered"]);
  register({ cseq: 3, contact: OTHER, expires: 0 });
  assert.equal(changes.at(-1)?.reason, "unregistered");
  assert.equal(changes.at(-1)?.bindings.length, 1);
  register({ cseq: 4, contact: OTHER, expires: 0 });
  assert.equal(changes.length, 4, "taking back what is not there refreshes the rest");
  assert.equal(changes.at(-1)?.reason, "refreshed");
});

Deno.test("RFC 3261 10.3 step 7: a contact that cannot be understood is answered 400, and the others are not taken", () => {
  for (
    const contact of [
      "nonsense",
      "<sip:1001@>",
      "<tel:+4930123>",
      "<sips:1001@192.0.2.20>",
      `${CONTACT};q=2`,
      `${CONTACT};q`,
      `${CONTACT};expires=1;expires=2`,
    ]
  ) {
    const { register } = bench();
    assert.equal(register({ contact: `${OTHER}, ${contact}` }).status, 400, contact);
    assert.deepEqual(contactsOf(register({})), []);
  }
});

Deno.test("RFC 3261 10.3 step 8: the answer lists every contact with what is left of its time, its parameters, and the Date", async () => {
  const { register, clock } = bench();
  register({ contact: `"The desk" ${CONTACT};+sip.instance="<urn:uuid:1>";q=0.3`, expires: 600 });
  await clock.pass(100_400);
  const response = register({ cseq: 2, contact: OTHER, expires: 300 });
  assert.deepEqual(contactsOf(response), [
    `${OTHER};expires=300`,
    `"The desk" ${CONTACT};+sip.instance="<urn:uuid:1>";q=0.3;expires=500`,
  ]);
  assert.match(response.headers.get("Date") ?? "", /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  assert.match(response.headers.get("To") ?? "", /;tag=\w+/);
});

Deno.test("RFC 3261 10.2.1.2: the preferred contact comes first, then the one that was refreshed last", () => {
  const { register, bindings } = bench();
  const uris = () => bindings("1001").map(({ contact }) => contact.uri.host);
  register({ contact: "<sip:1001@a>;q=0.5, <sip:1001@b>;q=0.9, <sip:1001@c>;q=0.5, <sip:1001@d>" });
  assert.deepEqual(uris(), ["d", "b", "c", "a"]);
  register({ cseq: 2, contact: "<sip:1001@a>;q=0.5" });
  assert.deepEqual(uris(), ["d", "b", "a", "c"]);
});

Deno.test("a closed registrar has no timers and no bindings, and answers 503", () => {
  const { register, registrar, clock, changes } = bench();
  register({ contact: CONTACT });
  registrar.close();
  assert.equal(clock.alarms, 0);
  const response = register({ cseq: 2, contact: CONTACT });
  assert.equal(response.status, 503);
  assert.ok(response.headers.has("Retry-After"));
  assert.equal(clock.alarms, 0);
  assert.equal(changes.length, 1);
});

Deno.test("the phone is answered before anybody hears of the change", () => {
  const order: string[] = [];
  const { registrar, sign } = bench({ onChange: () => order.push("told") });
  const { register } = registrar;
  registrar.register = (transaction) =>
    register({
      ...transaction,
      respond: (response) => {
        order.push("answered");
        transaction.respond(response);
      },
    });
  sign({ lines: [`Contact: ${CONTACT}`] });
  assert.deepEqual(order, ["answered", "told"]);
});

for (
  const [source, contact] of [
    ["pjsip#2010", "<sip:1010%3Bdev%3D2@192.0.2.20:5071>"],
    ["baresip#2576", "<sip:1001-0x55d@192.0.2.20:5071;transport=UDP;Ob>"],
    ["JsSIP#909", "<sip:x@192.0.2.20:5071;pn-provider=fcm;pn-prid=tok%3Aremote%26tok2>"],
    ["Cisco 88xx, RFC 3840", '<sip:1001@192.0.2.20:5071>;mobility="fixed";duplex="full";+sip.instance="<urn:uuid:1>"'],
    ["Snom", '<sip:1001@192.0.2.20:5071;line=k7>;reg-id=1;q=1.0;Methods="INVITE,ACK"'],
  ] as const
) {
  Deno.test(`RFC 3261 10.3 step 8, ${source}: a contact is given back, and sent to, as the phone has written it`, () => {
    const { register, bindings } = bench();
    const response = register({ contact: `${contact};expires=600` });
    assert.deepEqual(contactsOf(response), [`${contact};expires=600`]);
    const [binding] = bindings("1001");
    assert.equal(binding && `<${writeUri(binding.contact.uri)}>`, contact.slice(0, contact.indexOf(">") + 1));
  });
}

Deno.test("RFC 3261 20.10: empty parameters and stray semicolons of a contact are passed over, and given back without a change", () => {
  const { register } = bench();
  const response = register({ contact: "<sip:1001@192.0.2.20:5070;ob>;;q=;expires=; ;x=" });
  assert.deepEqual(contactsOf(response), ["<sip:1001@192.0.2.20:5070;ob>;q=;x=;expires=3600"]);
});

Deno.test("RFC 3261 19.1.4: a reserved character and its escape are two contacts, and neither takes the place of the other", () => {
  const { register } = bench();
  register({ contact: "<sip:1010;dev=2@192.0.2.20:5070>" });
  const response = register({ cseq: 2, contact: "<sip:1010%3Bdev%3D2@192.0.2.20:5070>" });
  assert.equal(contactsOf(response).length, 2);
});
