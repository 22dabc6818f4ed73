import { deepEqual, equal } from "node:assert/strict";
import { MESSAGE_BOUNDS, MessageSplitter, parseMessage, type Split } from "../../../../plugins/sip/lib/message/mod.ts";
import { bytesOf, joined, message, refusalOf } from "./support.ts";

const first = message({ more: ["Content-Length: 3"], body: "a\n" });
const second = message({ start: "SIP/2.0 200 OK", more: ["l  :\n 0"] });

/** What comes out when the bytes come in pieces of a size. */
function split(bytes: Uint8Array, size: number): Split {
  const splitter = new MessageSplitter();
  const all: Split = { messages: [], pings: 0 };
  for (let at = 0; at < bytes.length; at += size) {
    const { messages, pings, fault } = splitter.push(bytes.subarray(at, at + size));
    if (fault) throw fault;
    all.messages.push(...messages);
    all.pings += pings;
  }
  return all;
}

Deno.test("RFC 3261 18.3: messages come out whole and unchanged, in whatever pieces they came", () => {
  const stream = joined(first, second, first, second);
  for (const size of [1, 2, 3, 7, 100, first.length, first.length + 1, stream.length]) {
    deepEqual(split(stream, size), { messages: [first, second, first, second], pings: 0 }, `pieces of ${size}`);
  }
});

Deno.test("RFC 5626 4.4.1: a double line break between messages is a ping, a single one is passed over", () => {
  const stream = bytesOf("\n\n");
  const single = bytesOf("\n");
  for (const size of [1, 3, 10_000]) {
    deepEqual(split(stream, size), { messages: [], pings: 1 });
    deepEqual(split(single, size), { messages: [], pings: 0 });
    deepEqual(split(joined(stream, stream, first, single, second, single, first, stream), size), {
      messages: [first, second, first],
      pings: 3,
    });
  }
});

Deno.test("NULs between messages, which some phones keep a connection open with, are passed over, and what comes after them is not lost", () => {
  const nul = new Uint8Array(3);
  for (const size of [1, 2, 3, 10_000]) {
    const stream = joined(nul, first, nul, bytesOf("\n"), nul, second, nul, bytesOf("\n\n"), first, nul);
    deepEqual(split(stream, size), { messages: [first, second, first], pings: 1 }, `pieces of ${size}`);
  }
});

Deno.test("a message that cannot be read is still told apart from the next", () => {
  const wrong = bytesOf("\u{1}? what\nno colon here\nContent-Length: 2\n\nxx");
  const { messages } = split(joined(wrong, first), 5);
  deepEqual(messages, [wrong, first]);
  equal(refusalOf(() => parseMessage(wrong)).status, 400);
});

Deno.test("RFC 3261 20.14: a stream without a Content-Length that can be read cannot go on", () => {
  const wrong = [
    message(),
    message({ more: ["Content-Length: -1"] }),
    message({ more: ["Content-Length: 1", "l: 2"], body: "xx" }),
    message({ more: ["Content-Length: 99999999999999999999"] }),
  ];
  for (const bytes of wrong) equal(refusalOf(() => split(bytes, 9)).status, 400);
});

Deno.test("RFC 4475 3.1.2.3: what came whole before that comes out all the same, and what ends the stream can be answered", () => {
  const { messages, fault } = new MessageSplitter().push(joined(first, second, message({ more: ["l: -1"] })));
  deepEqual(messages, [first, second]);
  equal(fault?.request?.headers.get("Call-ID"), "call-1@192.0.2.7");
});

Deno.test("what waits is never more than one message: longer ones are refused as soon as that is known", () => {
  const { mostBytes } = MESSAGE_BOUNDS;
  equal(refusalOf(() => split(new Uint8Array(mostBytes + 1).fill(65), 1_000)).status, 513);
  equal(refusalOf(() => split(message({ more: [`Content-Length: ${mostBytes}`] }), 1_000)).status, 513);
  const head = message({ more: ["Content-Length: 65000"] });
  const whole = joined(head, new Uint8Array(65_000));
  equal(split(whole, 1_000).messages[0]?.length, whole.length);
});

Deno.test("a message has bytes of its own", () => {
  const bytes = first.slice();
  const [whole] = new MessageSplitter().push(bytes).messages;
  bytes.fill(0);
  deepEqual(whole, first);
});
