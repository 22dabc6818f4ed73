import assert from "node:assert/strict";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { type Header, tagOf } from "../../../../plugins/sip/lib/message/mod.ts";
import { dialogInfo } from "../../../../plugins/sip/lib/subscription/mod.ts";
import { type Bench, openBench } from "../dialog/support/party.ts";
import { textOf } from "../dialog/support/raw_dialog.ts";
import { Subscriber } from "../dialog/support/subscriber.ts";

function sole({ us }: Bench) {
  const [subscription] = us.agent.subscriptions.of("200");
  assert.ok(subscription);
  return subscription;
}

/** The contact of another phone of the same account. */
function contactOf(line: number): Header {
  return ["Contact", `<sip:200@127.0.0.1:5070;line=${line}>`];
}

Deno.test("RFC 6665 4.2.1: a SUBSCRIBE is answered 200 with Expires and a tag, and the present state follows at once", async () => {
  await using bench = openBench();
  bench.us.stateOf = () => "Messages-Waiting: no\r\n";
  const phone = new Subscriber(bench);
  const response = await phone.subscribe(["Event", "message-summary;id=7"]);
  assert.deepEqual([response.status, response.headers.get("Expires")], [200, "600"]);
  assert.ok(tagOf(response.headers.get("To") ?? ""));
  const [notify] = phone.notified;
  assert.equal(notify?.uri, "sip:200@127.0.0.1:5070");
  assert.equal(notify?.headers.get("Subscription-State"), "active;expires=600");
  assert.equal(notify?.headers.get("Event"), "message-summary;id=7");
  assert.equal(notify?.headers.get("Content-Type"), "application/simple-message-summary");
  assert.equal(notify && textOf(notify), "Messages-Waiting: no\r\n");
});

Deno.test("a state that is notified reaches the phone, whose answer is given back whatever it is", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  await phone.subscribe();
  await bench.clock.pass(100_000);
  const { subscriptions } = bench.us.agent;
  assert.equal((await subscriptions.notify(sole(bench), { body: "news" })).status, 200);
  assert.equal(phone.state, "active;expires=500");
  phone.status = 500;
  assert.equal((await subscriptions.notify(sole(bench), { body: "news" })).status, 500);
  assert.ok(sole(bench).active);
});

Deno.test("RFC 4235 4.1: the version of a dialog-info document rises by one with each NOTIFY, refreshes too", async () => {
  await using bench = openBench();
  const body = (version: number) => dialogInfo({ entity: "sip:kitchen@phones.test", version, state: "early" });
  bench.us.stateOf = () => body;
  const phone = new Subscriber(bench);
  await phone.subscribe(["Event", "dialog"]);
  await Promise.all([1, 2].map(() => bench.us.agent.subscriptions.notify(sole(bench), { body })));
  await phone.subscribe(["Event", "dialog"]);
  const versions = phone.notified.map((notify) => /version="(\d+)"/.exec(textOf(notify))?.[1]);
  assert.deepEqual(versions, ["0", "1", "2", "3"]);
});

Deno.test("NOTIFYs of one subscription do not overtake one another", async () => {
  await using bench = openBench();
  const { wire, clock, us } = bench;
  const phone = new Subscriber(bench);
  await phone.subscribe();
  let delay = 400;
  wire.fate = ({ message }) => "method" in message ? [delay -= 100] : [0];
  const all = ["1", "2", "3"].map((body) => us.agent.subscriptions.notify(sole(bench), { body }));
  await clock.pass(3_000);
  await Promise.all(all);
  assert.deepEqual(phone.notified.slice(1).map(textOf), ["1", "2", "3"]);
});

Deno.test("RFC 6665 4.2.1.1: a refresh makes it last longer and is followed by the state", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  await phone.subscribe();
  await bench.clock.pass(500_000);
  await phone.subscribe(["Expires", "300"]);
  assert.equal(phone.state, "active;expires=300");
  await bench.clock.pass(299_000);
  assert.ok(sole(bench).active);
});

Deno.test("RFC 6665 4.2.1: of a phone that refreshes and does not answer, one NOTIFY is under way and one waits, however often it does", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  let asked = 0;
  bench.us.stateOf = () => `state ${++asked}`;
  bench.wire.fate = ({ message }) => "method" in message && message.method === "NOTIFY" ? [5_000] : [0];
  for (let refresh = 0; refresh < 50; refresh++) await phone.subscribe(["Expires", `${600 + refresh}`]);
  await bench.clock.pass(20_000);
  assert.deepEqual(phone.notified.map(textOf), ["state 1", "state 2"]);
  assert.equal(phone.state, "active;expires=644", "what follows the last refresh tells of it");
  await phone.subscribe();
  await bench.clock.pass(5_000);
  assert.equal(phone.notified.length, 3);
});

Deno.test("RFC 6665 4.2.1.4: Expires 0 ends it with a last NOTIFY, and without one before it is a question for the state", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  await phone.subscribe();
  assert.equal((await phone.subscribe(["Expires", "0"])).headers.get("Expires"), "0");
  assert.equal(phone.state, "terminated;reason=timeout");
  assert.equal((await phone.subscribe()).status, 481);
  const curious = new Subscriber(bench);
  await curious.subscribe(["Expires", "0"]);
  assert.equal(curious.state, "terminated;reason=timeout");
  assert.deepEqual(bench.us.agent.subscriptions.of("200"), []);
});

Deno.test("RFC 6665 4.2.2: one that is not refreshed ends with terminated;reason=timeout", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  await phone.subscribe();
  const held = sole(bench);
  await bench.clock.pass(601_000);
  assert.equal(phone.state, "terminated;reason=timeout");
  assert.equal(held.active, false);
  await assert.rejects(bench.us.agent.subscriptions.notify(held, { body: "" }), (error) => {
    return error instanceof RequestRefused && error.status === 481;
  });
});

for (const status of [404, 481, 489]) {
  Deno.test(`RFC 6665 4.2.2: a NOTIFY that is answered ${status} ends the subscription, unless Retry-After says otherwise`, async () => {
    await using bench = openBench();
    const phone = new Subscriber(bench);
    await phone.subscribe();
    const held = sole(bench);
    const notify = () => bench.us.agent.subscriptions.notify(held, { body: "" });
    Object.assign(phone, { status, headers: [["Retry-After", "5"]] });
    await notify();
    assert.ok(held.active);
    phone.headers = [];
    assert.equal((await notify()).status, status);
    assert.equal(held.active, false);
  });
}

Deno.test("a NOTIFY that is not answered within 32 s ends the subscription, those after it are refused at once", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  await phone.subscribe();
  phone.status = 0;
  const held = sole(bench);
  const all = [1, 2].map(() => bench.us.agent.subscriptions.notify(held, { body: "" }));
  const statuses = Promise.all(all.map((sent) => sent.then(() => 0, (error) => error.status)));
  await bench.clock.pass(33_000);
  assert.deepEqual(await statuses, [408, 481]);
  assert.equal(held.active, false);
});

for (
  const [what, header, status, answer] of [
    ["an event that we do not know", ["Event", "presence"], 489, ["Allow-Events", "message-summary, dialog"]],
    ["no event", ["Event", ""], 489, ["Allow-Events", "message-summary, dialog"]],
    ["less time than we give", ["Expires", "30"], 423, ["Min-Expires", "60"]],
    ["only types that we do not write", ["Accept", "text/html"], 406, ["Accept", "application/simple-message-summary"]],
    ["an extension that we do not know", ["Require", "eventlist"], 420, ["Unsupported", "eventlist"]],
    ["no Contact", ["Contact", ""], 400],
  ] as [string, Header, number, Header?][]
) {
  Deno.test(`a SUBSCRIBE with ${what} is refused by ${status}, and nothing is notified`, async () => {
    await using bench = openBench();
    const phone = new Subscriber(bench);
    const response = await phone.subscribe(header);
    assert.equal(response.status, status);
    assert.notEqual(tagOf(response.headers.get("To") ?? ""), undefined, "RFC 3261 8.2.6.2");
    if (answer) assert.equal(response.headers.get(answer[0]), answer[1]);
    assert.deepEqual(phone.notified, []);
  });
}

Deno.test("without Expires an hour is given, and never more than the most", async () => {
  await using bench = openBench();
  assert.equal((await new Subscriber(bench).subscribe(["Expires", ""])).headers.get("Expires"), "3600");
  assert.equal((await new Subscriber(bench).subscribe(["Expires", "99999"])).headers.get("Expires"), "7200");
  // RFC 3261 20.10: what nobody understands is an hour as well.
  assert.equal((await new Subscriber(bench).subscribe(["Expires", "soon"])).headers.get("Expires"), "3600");
});

Deno.test("a subscriber with too many loses the oldest of the same kind, without a word", async () => {
  await using bench = openBench();
  await new Subscriber(bench).subscribe(["Event", "dialog"]);
  const phones = [new Subscriber(bench), new Subscriber(bench), new Subscriber(bench)];
  for (const [line, phone] of phones.entries()) await phone.subscribe(contactOf(line));
  assert.deepEqual(bench.us.agent.subscriptions.of("200").map(({ event }) => event), [
    "dialog",
    "message-summary",
    "message-summary",
  ]);
  assert.equal(bench.us.agent.subscriptions.of("200", { event: "dialog", resource: "kitchen" }).length, 1);
});

for (
  const [made, refreshed, status] of [
    ["dialog;id=5", "dialog; id=5", 200],
    ["dialog", "dialog;include-session-description", 200],
    ["dialog;id=5", 'dialog;ID="5";call-id=x', 200],
    ["dialog;id=5", "dialog", 481],
    ["dialog", "dialog;id=5", 481],
    ["dialog;id=a", "dialog;id=A", 481],
    ["dialog", "Dialog", 481],
    ["dialog", "message-summary", 481],
  ] as const
) {
  Deno.test(`RFC 6665 8.2.1, JsSIP#961: a subscription to ${made} that is refreshed as ${refreshed} is answered ${status}`, async () => {
    await using bench = openBench();
    const phone = new Subscriber(bench);
    assert.equal((await phone.subscribe(["Event", made])).status, 200);
    assert.equal((await phone.subscribe(["Event", refreshed])).status, status);
    assert.ok(sole(bench).active);
    assert.equal(phone.notified.at(-1)?.headers.get("Event"), made);
  });
}

for (const event of ["dialog-x", "dialog/x", "Dialog", "message-summary.x", ";dialog", "dialog;id=1;id=2"]) {
  Deno.test(`RFC 6665 8.2.1: ${event} is no event of ours`, async () => {
    await using bench = openBench();
    assert.equal((await new Subscriber(bench).subscribe(["Event", event])).status, 489);
  });
}

Deno.test("a phone that begins anew at its contact goes on with one subscription, and is not told twice", async () => {
  await using bench = openBench();
  const { subscriptions } = bench.us.agent;
  const [first, again] = [new Subscriber(bench), new Subscriber(bench)];
  await first.subscribe(["Event", "dialog"]);
  const before = sole(bench);
  await again.subscribe(["Event", "dialog"], ["Contact", "<sip:%3200@127.0.0.1:5070;ob>"]);
  assert.deepEqual([subscriptions.of("200").length, before.active], [1, false]);
  const notified = bench.wire.story(bench.us.port).filter((word) => word === "NOTIFY");
  assert.equal(notified.length, 2, "the old one ends without a word");
  assert.equal((await first.subscribe(["Event", "dialog"])).status, 481);
});

for (
  const [what, headers] of [
    ["another contact", [contactOf(1)]],
    ["another id", [["Event", "dialog;id=1"]]],
    ["another event", [["Event", "message-summary"]]],
    ["no more than the state", [["Expires", "0"]]],
  ] as [string, Header[]][]
) {
  Deno.test(`a SUBSCRIBE that begins anew with ${what} takes no other's place`, async () => {
    await using bench = openBench();
    await new Subscriber(bench).subscribe(["Event", "dialog"], contactOf(0));
    const before = sole(bench);
    await new Subscriber(bench).subscribe(["Event", "dialog"], contactOf(0), ...headers);
    assert.ok(before.active);
  });
}

Deno.test("a phone that has unregistered is dropped without a word", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  await phone.subscribe();
  bench.us.agent.subscriptions.drop("200");
  await bench.clock.pass(10_000);
  assert.equal(phone.notified.length, 1);
  assert.deepEqual(bench.us.agent.subscriptions.of("200"), []);
});

Deno.test("closing tells every subscriber that it may subscribe anew", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  await phone.subscribe();
  await bench.us.agent.close();
  assert.equal(phone.state, "terminated;reason=deactivated");
  assert.equal((await new Subscriber(bench).subscribe()).status, 503);
});

Deno.test("a state that cannot be told is logged, and ends nothing", async () => {
  await using bench = openBench();
  bench.us.stateOf = () => {
    throw new TypeError("no lamp");
  };
  const phone = new Subscriber(bench);
  await phone.subscribe();
  assert.match(bench.us.logged.join(), /no lamp/);
  assert.ok(sole(bench).active);
  bench.us.stateOf = () => "";
});
