import fc from "fast-check";
import assert from "node:assert/strict";
import { digitOfInfo } from "../../../../plugins/sip/lib/media/mod.ts";
import { readPacket, type RtpPacket, writePacket } from "../../../../plugins/sip/lib/media/rtp.ts";
import { TelephoneEvents } from "../../../../plugins/sip/lib/media/telephone_events.ts";

function event(
  code: number,
  { at, duration, end = false }: { at: number; duration: number; end?: boolean },
): RtpPacket {
  const payload = Uint8Array.of(code, end ? 0x8a : 0x0a, duration >> 8, duration & 0xff);
  return { payloadType: 101, marker: false, sequence: 0, timestamp: at >>> 0, source: 1, payload };
}

/** The packets of one press, as RFC 4733 2.5 sends them. */
function press(code: number, at: number): RtpPacket[] {
  return [
    ...[160, 320, 480, 640].map((duration) => event(code, { at, duration })),
    ...[800, 800, 800].map((duration) => event(code, { at, duration, end: true })),
  ];
}

function heard(packets: RtpPacket[]): string {
  const events = new TelephoneEvents();
  return packets.map((packet) => events.hear(packet) ?? "").join("");
}

Deno.test("RFC 3550 5.1: a packet that is written is read again as it was", () => {
  const packet = fc.record({
    payloadType: fc.nat(127),
    marker: fc.boolean(),
    sequence: fc.nat(0xffff),
    timestamp: fc.nat(0xffff_ffff),
    source: fc.nat(0xffff_ffff),
    payload: fc.uint8Array(),
  });
  fc.assert(fc.property(packet, (packet) => assert.deepEqual(readPacket(writePacket(packet)), { ...packet })));
});

Deno.test("RFC 3550 5.1: sources, an extension and padding are passed over", () => {
  const plain = writePacket(event(5, { at: 1, duration: 160 }));
  const bytes = Uint8Array.of(
    0xb1, // version 2, padding, extension, one contributing source
    ...plain.subarray(1, 12),
    ...[0, 0, 0, 9],
    ...[0, 0, 0, 1, 1, 2, 3, 4],
    ...plain.subarray(12),
    ...[0, 0, 0, 4],
  );
  assert.deepEqual(readPacket(bytes)?.payload, plain.subarray(12));
});

Deno.test("any bytes are a packet or nothing", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    const packet = readPacket(bytes);
    if (packet) new TelephoneEvents().hear(packet);
  }));
});

Deno.test("RFC 4733 2.5: a press is one digit, however many packets tell of it", () => {
  assert.equal(heard([...press(5, 0), ...press(11, 8000), ...press(11, 16_000)]), "5##");
});

Deno.test("RFC 4733 2.5.1.4: any packet that arrives is enough, lost, doubled and late ones change nothing", () => {
  const chance = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }).filter((kept) => kept.some(Boolean));
  const course = fc.record({ code: fc.nat(15), at: fc.nat(0xffff_ffff), kept: chance, late: fc.nat(6) });
  fc.assert(fc.property(course, ({ code, at, kept, late }) => {
    const packets = press(code, at).filter((_, index) => kept[index]);
    const strays = packets.slice(0, late);
    const [first, second] = [heard(packets), heard([...packets, ...press(3, at + 8000), ...strays, ...packets])];
    assert.equal(first, "0123456789*#ABCD"[code]);
    assert.equal(second, `${first}3`);
  }));
});

Deno.test("RFC 4733 2.5.1.3: a press that outlasts one segment is still one digit", () => {
  const long = [event(7, { at: 0, duration: 0xffff }), event(7, { at: 0xffff, duration: 800 }), ...press(7, 0x1_ffff)];
  assert.equal(heard(long), "77");
});

Deno.test("RFC 4733 3.2: events that are no digits are not heard", () => {
  assert.equal(heard(press(16, 0)), "");
});

for (
  const [body, digit] of [
    ["Signal=5\r\nDuration=160\r\n", "5"],
    ["signal = *\r\nduration = 250", "*"],
    ["Signal=11\r\n", "#"],
    ["Signal=d", "D"],
    ["7", "7"],
    ["#\r\n", "#"],
    ["Duration=5\r\n", undefined],
    ["Signal=16\r\n", undefined],
    ["Signal=55\r\n", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`INFO with ${JSON.stringify(body)} is ${digit === undefined ? "no digit" : `the digit ${digit}`}`, () => {
    assert.equal(digitOfInfo(new TextEncoder().encode(body)), digit);
  });
}
