import assert from "node:assert/strict";
import { Dialog, newRequest } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { MalformedMessage, responseTo, type SipRequest } from "../../../../plugins/sip/lib/message/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";

const peer: Peer = { transport: "udp", host: "192.0.2.1", port: 5060 };

function invite(headers: [string, string][] = []): SipRequest {
  const parties = { from: "<sip:a@phones.test>;tag=a", to: "<sip:b@phones.test>", callId: "c" };
  return newRequest({ method: "INVITE", uri: "sip:b@192.0.2.1", cseq: 7, ...parties, headers });
}

function ofResponse(headers: [string, string][]): Dialog {
  const request = invite();
  return Dialog.ofResponse(request, responseTo(request, 200, { toTag: "b", headers }), { localTag: "a", peer });
}

const routesOf = ({ headers }: SipRequest) => headers.all("Route");

Deno.test("RFC 3261 12.1.2, 12.2.1.1: what we began has the answer's Contact as its target, its tags, and the next CSeq", () => {
  const dialog = ofResponse([["Contact", "Bob <sip:bob@192.0.2.9:5062;transport=udp>"]]);
  const request = dialog.request("INFO");
  assert.equal(request.uri, "sip:bob@192.0.2.9:5062;transport=udp");
  assert.equal(request.headers.get("From"), "<sip:a@phones.test>;tag=a");
  assert.equal(request.headers.get("To"), "<sip:b@phones.test>;tag=b");
  assert.equal(request.headers.get("CSeq"), "8 INFO");
  assert.equal(dialog.request("BYE").headers.get("CSeq"), "9 BYE");
});

Deno.test("RFC 3261 12.2.1.1: of a Contact, or a strict router, what a Request-URI must not have is left out", () => {
  const contact: [string, string] = ["Contact", "<sip:b@192.0.2.9;method=INVITE;ob?Subject=x>"];
  assert.equal(ofResponse([contact]).request("BYE").uri, "sip:b@192.0.2.9;ob");
  assert.equal(Dialog.ofRequest(invite([contact]), { localTag: "b", peer }).request("BYE").uri, "sip:b@192.0.2.9;ob");
  const strict: [string, string] = ["Record-Route", "<sip:p1.test;method=BYE;x?Route=y>"];
  assert.equal(ofResponse([strict, contact]).request("BYE").uri, "sip:p1.test;x");
});

Deno.test("RFC 3261 12.1.2: our route set is the Record-Route of the answer in reverse, theirs as it is", () => {
  const recorded: [string, string][] = [["Record-Route", "<sip:p1.test;lr>, <sip:p2.test;lr>"], [
    "Contact",
    "<sip:b@192.0.2.9>",
  ]];
  assert.deepEqual(routesOf(ofResponse(recorded).request("BYE")), ["<sip:p2.test;lr>", "<sip:p1.test;lr>"]);
  const theirs = Dialog.ofRequest(invite(recorded), { localTag: "b", peer });
  assert.deepEqual(routesOf(theirs.request("BYE")), ["<sip:p1.test;lr>", "<sip:p2.test;lr>"]);
});

Deno.test("RFC 3261 12.2.1.1: a strict router is the request URI, and the target goes last", () => {
  const dialog = ofResponse([["Record-Route", "<sip:p1.test;lr>, <sip:p2.test>"], ["Contact", "<sip:b@192.0.2.9>"]]);
  const request = dialog.request("BYE");
  assert.equal(request.uri, "sip:p2.test");
  assert.deepEqual(routesOf(request), ["<sip:p1.test;lr>", "<sip:b@192.0.2.9>"]);
});

Deno.test("RFC 3261 13.2.2.4: the ACK has the number of its INVITE, and what the INVITE answered a challenge with", () => {
  const request = invite([["Authorization", 'Digest username="a"']]);
  const dialog = Dialog.ofResponse(request, responseTo(request, 200, { toTag: "b" }), { localTag: "a", peer });
  dialog.request("INFO");
  const ack = dialog.acknowledgement(request);
  assert.equal(ack.headers.get("CSeq"), "7 ACK");
  assert.equal(ack.headers.get("Authorization"), 'Digest username="a"');
});

Deno.test("a 2xx whose Contact cannot be read is reached where the request went; a request without one makes no dialog", () => {
  assert.equal(ofResponse([["Contact", "nonsense"]]).request("BYE").uri, "sip:b@192.0.2.1");
  assert.equal(ofResponse([]).request("BYE").uri, "sip:b@192.0.2.1");
  assert.throws(() => Dialog.ofRequest(invite(), { localTag: "b", peer }), MalformedMessage);
});

Deno.test("RFC 3261 12.2.2: requests of the other side must rise", () => {
  const dialog = Dialog.ofRequest(invite([["Contact", "<sip:a@192.0.2.1>"]]), { localTag: "b", peer });
  const at = (cseq: number) => {
    const request = invite();
    request.headers.set("CSeq", `${cseq} INFO`);
    return dialog.takes(request);
  };
  assert.deepEqual([at(7), at(8), at(8), at(6), at(100)], [false, true, false, false, true]);
});
