import fc from "fast-check";
import assert from "node:assert/strict";
import { readDescription } from "../../../../plugins/sip/lib/media/description.ts";
import { UnusableDescription } from "../../../../plugins/sip/lib/media/mod.ts";
import { answerTo, offerLines, takeAnswer } from "../../../../plugins/sip/lib/media/negotiation.ts";

const OURSELVES = { host: "127.0.0.1", port: 20_000, session: 1, held: false };
const bytes = (...lines: string[]) => new TextEncoder().encode(lines.join("\r\n") + "\r\n");
const offer = (...lines: string[]) =>
  bytes("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", ...lines);

Deno.test("RFC 4566 5.7: the address of a section goes before that of the session", () => {
  const [first, second] = readDescription(
    offer("m=audio 4000 RTP/AVP 0", "c=IN IP4 127.0.0.2", "m=video 4002 RTP/AVP 99"),
  );
  assert.equal(first?.host, "127.0.0.2");
  assert.equal(second?.host, "127.0.0.1");
});

Deno.test("an IPv6 address is read into its one spelling, and a name stands for no address", () => {
  const host = (c: string) => readDescription(bytes("v=0", c, "m=audio 4000 RTP/AVP 0"))[0]?.host;
  assert.equal(host("c=IN IP6 0:0:0:0:0:0:0:1"), "::1");
  assert.equal(host("c=IN IP4 phone.example"), undefined);
});

Deno.test("RFC 3551 6: PCMU and PCMA need no rtpmap, every other format does", () => {
  const [section] = readDescription(offer("m=audio 4000 RTP/AVP 8 0 9 101", "a=rtpmap:101 telephone-event/8000"));
  assert.deepEqual(section?.formats.map(({ codec }) => codec), ["pcma", "pcmu", "telephone-event"]);
});

for (
  const [what, ...lines] of [
    ["an m= line without formats", "m=audio 4000 RTP/AVP"],
    ["a port beyond 65535", "m=audio 99999 RTP/AVP 0"],
    ["a negative port", "m=audio -4 RTP/AVP 0"],
    ["a c= line of another network", "c=ATM NSAP 47", "m=audio 4000 RTP/AVP 0"],
    ["seventeen sections", ...Array<string>(17).fill("m=audio 4000 RTP/AVP 0")],
    ["more bytes than anybody needs", `s=${"x".repeat(20_000)}`],
  ] as const
) {
  Deno.test(`a description with ${what} is refused`, () => {
    assert.throws(() => readDescription(offer(...lines)), UnusableDescription);
  });
}

Deno.test("any bytes are a description or refused as one, and nothing else", () => {
  const line = fc.oneof(
    fc.string(),
    fc.string().map((text) => `m=${text}`),
    fc.string().map((text) => `a=rtpmap:${text}`),
    fc.tuple(fc.constantFrom("audio", "video"), fc.nat(70_000), fc.nat(130)).map(([kind, port, format]) =>
      `m=${kind} ${port} RTP/AVP ${format}`
    ),
  );
  fc.assert(fc.property(fc.array(line), (lines) => {
    try {
      const { agreement } = answerTo(bytes(...lines), OURSELVES);
      assert.ok(agreement.port > 0 && agreement.port < 65_536);
    } catch (error) {
      assert.ok(error instanceof UnusableDescription, String(error));
    }
  }));
});

Deno.test("RFC 3264 5: our offer is one audio section with PCMU, PCMA and digits", () => {
  assert.deepEqual(offerLines(OURSELVES), [
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=audio 20000 RTP/AVP 0 8 101",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-15",
    "a=ptime:20",
    "a=sendrecv",
  ]);
});

Deno.test("RFC 3264 6: an answer has every section of the offer in its order, refuses what we do not speak, and keeps the offer's numbers", () => {
  const { lines, agreement } = answerTo(
    offer(
      "m=video 4002 RTP/AVP 99",
      "m=audio 4000 RTP/AVP 96 8 0 97",
      "a=rtpmap:96 opus/48000/2",
      "a=rtpmap:97 telephone-event/8000",
      "m=audio 4004 RTP/AVP 0",
    ),
    OURSELVES,
  );
  assert.deepEqual(lines.filter((line) => line.startsWith("m=")), [
    "m=video 0 RTP/AVP 99",
    "m=audio 20000 RTP/AVP 8 97",
    "m=audio 0 RTP/AVP 0",
  ]);
  assert.equal(agreement.audio.codec, "pcma");
  assert.equal(agreement.digits, 97);
  assert.equal(agreement.port, 4000);
});

for (
  const [theirs, ours, ourHold] of [
    ["sendrecv", "sendrecv", "sendonly"],
    ["sendonly", "recvonly", "inactive"],
    ["recvonly", "sendonly", "sendonly"],
    ["inactive", "inactive", "inactive"],
  ] as const
) {
  Deno.test(`RFC 3264 6.1, 8.4: ${theirs} is answered ${ours}, and ${ourHold} while we hold the phone`, () => {
    const sdp = offer("m=audio 4000 RTP/AVP 0", `a=${theirs}`);
    assert.equal(answerTo(sdp, OURSELVES).lines.at(-1), `a=${ours}`);
    assert.equal(answerTo(sdp, { ...OURSELVES, held: true }).lines.at(-1), `a=${ourHold}`);
  });
}

Deno.test("RFC 3264 8.4: 0.0.0.0 means that nothing is to be sent", () => {
  const held = bytes("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 0.0.0.0", "t=0 0", "m=audio 4000 RTP/AVP 0");
  assert.equal(answerTo(held, OURSELVES).agreement.host, undefined);
});

for (
  const [what, ...lines] of [
    ["no sound that we speak", "m=audio 4000 RTP/AVP 18"],
    ["video alone", "m=video 4000 RTP/AVP 0"],
    ["encryption only", "m=audio 4000 RTP/SAVP 0"],
    ["a refused section", "m=audio 0 RTP/AVP 0"],
    ["no section at all"],
  ] as const
) {
  Deno.test(`${what} cannot be agreed on, and the error says what would be right`, () => {
    const wanted = /PCMU or PCMA at 8000 Hz/;
    assert.throws(() => answerTo(offer(...lines), OURSELVES), wanted);
    assert.throws(() => takeAnswer(offer(...lines), false), wanted);
  });
}
