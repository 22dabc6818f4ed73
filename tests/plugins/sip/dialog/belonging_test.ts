/**
 * Whose requests a dialog takes, and how much it keeps of what made it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { DialogMatch } from "../../../../plugins/sip/lib/dialog/mod.ts";
import {
  type Header,
  responseTo,
  SipHeaders,
  type SipRequest,
  tagOf,
} from "../../../../plugins/sip/lib/message/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import { flush } from "../support/hand_clock.ts";
import { type Bench, openBench, peerOf, ring } from "./support/party.ts";
import { Subscriber } from "./support/subscriber.ts";

const ELSEWHERE: Peer = { transport: "udp", host: "192.0.2.66", port: 5060 };

/**
 * How a request of the phone matches that comes from its address, from another port there, and from another address.
 */
function matches({ us, phone }: Bench, request: SipRequest): DialogMatch[] {
  const here = peerOf(phone);
  return [here, { ...here, port: 49_152 }, ELSEWHERE].map((from) => us.agent.knows(request, from));
}

/** The same request in the name of another, or of nobody; with its tag, if that is not given. */
function named(request: SipRequest, from: string): SipRequest {
  const headers = request.headers.clone();
  headers.set("From", from.includes(";tag=") ? from : `${from};tag=${tagOf(request.headers.get("From") ?? "")}`);
  return { ...request, headers };
}

/** What the phone has sent last. */
function lastOf({ wire, phone }: Bench): SipRequest {
  const message = wire.sent.findLast(({ from, message }) => from === phone.port && "method" in message)?.message;
  assert.ok(message && "method" in message);
  return message;
}

const ours: DialogMatch[] = ["here", "here", "elsewhere"];
const others: DialogMatch[] = ["here", "here", "none"];

Deno.test("RFC 3261 12.2.2: a subscription's dialog knows its phone by its address, and the phone at another address by its name", async () => {
  await using bench = openBench();
  const phone = new Subscriber(bench);
  await phone.subscribe();
  await phone.subscribe();
  const refresh = lastOf(bench);
  assert.deepEqual(matches(bench, refresh), ours);
  assert.deepEqual(matches(bench, named(refresh, "<sip:201@phones.test>")), others);
  assert.deepEqual(matches(bench, named(refresh, "<tel:200>")), others);
  refresh.headers.set("Call-ID", "another");
  assert.deepEqual(matches(bench, refresh), ["none", "none", "none"]);
});

Deno.test("RFC 3261 12.2.2: so does the dialog of a call, whoever began it", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  const out = us.agent.call(ring(us, phone));
  await out.answered;
  await flush();
  await phone.taken[0]?.request("OPTIONS");
  assert.deepEqual(matches(bench, lastOf(bench)), ours);
  const back = phone.agent.call(ring(phone, us));
  await back.answered;
  await flush();
  await back.request("OPTIONS");
  const asked = lastOf(bench);
  assert.deepEqual(matches(bench, asked), ours);
  assert.deepEqual(matches(bench, named(asked, "<sip:other@phones.test>")), others);
});

Deno.test("RFC 3261 12.2.2: so does the dialog of a call that is not answered yet", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  phone.onInvite = (transaction) => void transaction.respond(responseTo(transaction.request, 180, { toTag: "phone" }));
  const call = us.agent.call(ring(us, phone));
  await call.ringing;
  const invite = bench.wire.sent[0]?.message;
  assert.ok(invite && "method" in invite);
  // As the phone sends it: From and To the other way round.
  const bye = named(invite, `${invite.headers.get("To")};tag=phone`);
  bye.headers.set("To", invite.headers.get("From") ?? "");
  assert.deepEqual(matches(bench, bye), ours);
});

const long = (length: number) => "x".repeat(length);

Deno.test("linphone-android#1688: a dialog keeps 8 routes and 8192 characters together, however long one of them is; a SUBSCRIBE with more gets 400, and the log says why", async () => {
  await using bench = openBench();
  const subscribe = async (...headers: Header[]) => {
    const { status, reason } = await new Subscriber(bench).subscribe(...headers);
    return `${status} ${reason}`;
  };
  const route = `<sip:p.test;lr>`;
  const pushed = `<sip:200@127.0.0.1:5070;pn-prid=${long(1_400)}>`;
  assert.equal(await subscribe(["Record-Route", Array(8).fill(route).join(", ")], ["Contact", pushed]), "200 OK");
  const tooMany = "400 More than 8 routes is not kept";
  assert.equal(await subscribe(["Record-Route", Array(9).fill(route).join(", ")]), tooMany);
  const tooLong = "400 A dialog of more than 8192 characters is not kept";
  for (
    const headers of [
      [["Record-Route", `<sip:p.test;lr;x=${long(8_150)}>`]],
      [["Contact", `<sip:200@127.0.0.1:5070;x=${long(8_100)}>`]],
      [["From", `<sip:200@phones.test>;tag=${long(4_000)}`], ["Contact", `<sip:200@127.0.0.1;x=${long(4_100)}>`]],
      [["To", `"${long(8_100)}" <sip:kitchen@phones.test>`]],
      [["Call-ID", long(8_150)]],
    ] as Header[][]
  ) assert.equal(await subscribe(...headers), tooLong, headers.join());
  assert.equal(bench.us.agent.subscriptions.of("200").length, 1);
  assert.ok(bench.us.logged.includes(`Refused SUBSCRIBE of udp 127.0.0.1:5070: ${tooLong}`));
});

Deno.test("RFC 6665 4.4.1: a subscription counts until its last NOTIFY is answered, or will not be", async () => {
  await using bench = openBench();
  const ended = async () => {
    const phone = new Subscriber(bench);
    phone.status = 0;
    return (await phone.subscribe(["Expires", "0"])).status;
  };
  assert.deepEqual([await ended(), await ended(), await ended(), await ended()], [200, 200, 200, 503]);
  assert.deepEqual(bench.us.agent.subscriptions.of("200"), []);
  await bench.clock.pass(33_000);
  assert.equal((await new Subscriber(bench).subscribe()).status, 200);
});

Deno.test("RFC 3261 12.2.2: a BYE whose From tag is not that of the dialog is answered 481, and the call goes on", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  const call = us.agent.call(ring(us, phone));
  await call.answered;
  const sent = bench.wire.sent.map(({ message }) => message);
  const invite = sent.find((message) => "method" in message);
  const answered = sent.find((message) => "status" in message && message.status === 200);
  assert.ok(invite && answered);
  const bye = async (from: string) => {
    const headers = new SipHeaders([
      ["Max-Forwards", "70"],
      ["From", from],
      ["To", invite.headers.get("From") ?? ""],
      ["Call-ID", call.id],
      ["CSeq", "77 BYE"],
    ]);
    const request = { method: "BYE", uri: "sip:5060@127.0.0.1:5060", headers, body: new Uint8Array() };
    assert.equal(us.agent.knows(request, peerOf(phone)), from === answered.headers.get("To") ? "here" : "none", from);
    return (await phone.endpoint.request(request, { to: peerOf(us) })).status;
  };
  for (const from of ["<sip:5070@phones.test>;tag=wrong", "<sip:5070@phones.test>", "<sip:5070@phones.test>;tag="]) {
    assert.equal(await bye(from), 481, from);
  }
  assert.equal(call.state, "answered");
  assert.equal(await bye(answered.headers.get("To") ?? ""), 200);
});
