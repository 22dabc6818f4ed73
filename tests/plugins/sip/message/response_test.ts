import { deepEqual, equal, throws } from "node:assert/strict";
import {
  parseMessage,
  reasonOf,
  responseTo,
  SipHeaders,
  tagOf,
  writeMessage,
} from "../../../../plugins/sip/lib/message/mod.ts";
import { message, refusalOf, request } from "./support.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("RFC 3261 8.2.6.2: a response repeats Via, From, To, Call-ID and CSeq in their order, and tags To", () => {
  const asked = request(message({ more: ["v: SIP/2.0/TCP b", "Subject: x", "Record-Route: <sip:r;lr>"] }));
  const answer = responseTo(asked, 404, { toTag: "t9", headers: [["Server", "s"]] });
  equal(
    text(writeMessage(answer)),
    [
      "SIP/2.0 404 Not Found",
      "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK77",
      "From: <sip:1001@phones.test>;tag=f1",
      "To: <sip:1001@phones.test>;tag=t9",
      "Call-ID: call-1@192.0.2.7",
      "CSeq: 1 OPTIONS",
      "Via: SIP/2.0/TCP b",
      "Server: s",
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n"),
  );
});

Deno.test("RFC 3261 8.2.6.2 and 12.1.1: a tag of To stays, Record-Route goes into 18x and 2xx, Timestamp into 100", () => {
  const asked = request(message({ to: "<sip:a@b>;tag=kept", more: ["Record-Route: <sip:r;lr>", "Timestamp: 54"] }));
  const answer = (status: number) => responseTo(asked, status, { toTag: "new" }).headers;
  equal(tagOf(answer(200).get("To") ?? ""), "kept");
  deepEqual([100, 180, 200, 299, 300, 486].filter((status) => answer(status).has("Record-Route")), [180, 200, 299]);
  deepEqual([100, 180, 200].filter((status) => answer(status).has("Timestamp")), [100]);
});

Deno.test("a To whose tag is empty, or has no value, is not given a second one", () => {
  for (const to of ["<sip:b@phones.test>;tag=", "<sip:b@phones.test>;Tag;x"]) {
    const response = responseTo(request(message({ to })), 481, { toTag: "ours" });
    equal(response.headers.get("To"), to);
    parseMessage(writeMessage(response));
  }
});

Deno.test("a refused request is answered even where its To cannot be read", () => {
  const { request } = refusalOf(() => parseMessage(message({ to: '"no end <sip:a@b>' })));
  equal(request && responseTo(request, 400, { toTag: "t" }).headers.get("To"), '"no end <sip:a@b>');
});

Deno.test("a status has its reason, or that of its class", () => {
  deepEqual([200, 489, 499, 699, 999].map(reasonOf), ["OK", "Bad Event", "Bad Request", "Busy Everywhere", "Unknown"]);
  equal(responseTo(request(message()), 480, { reason: "Unplugged" }).reason, "Unplugged");
});

Deno.test("Content-Length is what the body has, whatever the headers say", () => {
  const headers = new SipHeaders([["l", "77"], ["Subject", "ä"]]);
  const bytes = writeMessage({ method: "MESSAGE", uri: "sip:a@b", headers, body: new TextEncoder().encode("ä") });
  equal(text(bytes), "MESSAGE sip:a@b SIP/2.0\r\nSubject: ä\r\nContent-Length: 2\r\n\r\nä");
});

Deno.test("no line can be injected by a method, a URI or a reason", () => {
  const headers = new SipHeaders();
  const body = new Uint8Array();
  for (const method of ["", "A B", "A\r\nB", "Ä"]) {
    throws(() => writeMessage({ method, uri: "sip:a@b", headers, body }), TypeError);
  }
  for (const uri of ["", "sip:a b", "sip:a\r\nEvil: 1", "sip:ä", "sip:\0"]) {
    throws(() => writeMessage({ method: "INFO", uri, headers, body }), TypeError);
  }
  for (const reason of ["a\r\nEvil: 1", "a\nb", "\0"]) {
    throws(() => writeMessage({ status: 200, reason, headers, body }), TypeError);
  }
  for (const status of [99, 700, 200.5, NaN]) {
    throws(() => writeMessage({ status, reason: "", headers, body }), TypeError);
  }
});
