import fc from "fast-check";
import assert from "node:assert/strict";
import { digitOfInfo } from "../../../../plugins/sip/lib/media/mod.ts";
import { readPacket, type RtpPacket, writePacket } from "../../../../plugins/sip/lib/media/rtp.ts";
import { TelephoneEvents } from "../../../../plugins/sip/lib/media/telephone_events.ts";

/** What a packet of an event says, if not what one in the middle of it does. */
interface Said {
  at: number;
  duration: number;
  end?: boolean;
  marker?: boolean;
  sequence: number;
}

function event(code: number, { at, duration, end = false, marker = false, sequence }: Said): RtpPacket {
  const payload = Uint8Array.of(code, end ? 0x8a : 0x0a, duration >> 8, duration & 0xff);
  return { payloadType: 101, marker, sequence: sequence & 0xffff, timestamp: at >>> 0, source: 1, payload };
}

/** The packets of one press, as RFC 4733 2.5 sends them: seven. */
function press(code: number, { at, from }: { at: number; from: number }): RtpPacket[] {
  return [160, 320, 480, 640, 800, 800, 800].map((duration, index) =>
    event(code, { at, duration, end: index > 3, marker: index === 0, sequence: from + index })
  );
}

function heard(packets: RtpPacket[]): string {
  const events = new TelephoneEvents();
  return packets.flatMap((packet) => events.hear(packet)).join("");
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
  const plain = writePacket(event(5, { at: 1, duration: 160, sequence: 1 }));
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
  const presses = [[5, 0], [11, 8000], [11, 16_000]] as const;
  assert.equal(heard(presses.flatMap(([code, at], index) => press(code, { at, from: 0xfffc + 7 * index }))), "5##");
});

Deno.test("RFC 4733 2.5.1.4: any packet that arrives is enough, lost, doubled and late ones change nothing", () => {
  const chance = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }).filter((kept) => kept.some(Boolean));
  const course = fc.record({
    code: fc.nat(15),
    next: fc.nat(15),
    at: fc.nat(0xffff_ffff),
    from: fc.nat(0xffff),
    kept: fc.tuple(chance, chance),
    late: fc.nat(6),
  });
  fc.assert(fc.property(course, ({ code, next, at, from, kept, late }) => {
    const [first, second] = [press(code, { at, from }), press(next, { at: at + 8000, from: from + 7 })]
      .map((packets, place) => packets.filter((_, index) => kept[place]?.[index])) as [RtpPacket[], RtpPacket[]];
    const digits = "0123456789*#ABCD";
    assert.equal(heard(first), digits[code]);
    const strays = first.slice(0, late);
    assert.equal(heard([...first, ...second, ...strays, ...first, ...second]), `${digits[code]}${digits[next]}`);
  }));
});

Deno.test("RFC 4733 2.5.1.3: a press that outlasts one segment is still one digit", () => {
  const long = [
    event(7, { at: 0, duration: 0xffff, sequence: 1 }),
    event(7, { at: 0xffff, duration: 800, sequence: 2 }),
    ...press(7, { at: 0x1_ffff, from: 3 }),
  ];
  assert.equal(heard(long), "77");
});

/** Packets that tell of several events, which are each as if they were alone. */
function packed(...packets: RtpPacket[]): RtpPacket[] {
  const [first] = packets;
  if (!first) return [];
  const payload = Uint8Array.from(packets.flatMap((packet) => [...packet.payload]));
  return [0, 1, 2].map((time) => ({ ...first, marker: true, sequence: first.sequence + time, payload }));
}

Deno.test("RFC 4733 2.5.1.5: events that follow one another at once may share a packet", () => {
  const [one, two, same] = [1, 2, 2].map((code) => event(code, { at: 400, duration: 800, end: true, sequence: 9 }));
  assert.ok(one && two && same);
  assert.equal(heard(packed(one, two, same)), "122");
  const third = [12, 13, 14].map((sequence) => event(2, { at: 2000, duration: 800, end: true, sequence }));
  assert.equal(heard([...packed(one, two, same), ...third]), "122", "the third, told again by itself");
  const begun = event(3, { at: 400, duration: 160, marker: true, sequence: 1 });
  assert.equal(heard([{ ...begun, payload: Uint8Array.of(...begun.payload, ...two.payload) }]), "3");
  assert.equal(heard(packed({ ...one, payload: Uint8Array.of(...one.payload, 0, 0, 0, 0, 5) })), "1", "padding");
  assert.equal(heard(packed(...Array<RtpPacket>(300).fill(one))), "1111", "no more than anybody presses at once");
});

/** Presses of phones whose clocks do not do as RFC 4733 2.5 says, and what was pressed. */
const CLOCKS: [what: string, packets: RtpPacket[], digits: string][] = [
  [
    "livekit/sip#796: the clock stands still from one press to the next",
    [10, 0, 1].flatMap((code, index) => press(code, { at: 400, from: 7 * index })),
    "*01",
  ],
  [
    "sipsorcery#669: the clock stands still, and the same digit is pressed again",
    [0, 0, 0].flatMap((code, index) => press(code, { at: 400, from: 0xfff0 + 7 * index })),
    "000",
  ],
  [
    "the clock stands still, and the first packet of the second press is lost",
    [...press(4, { at: 400, from: 1 }), ...press(4, { at: 400, from: 8 }).slice(1)],
    "44",
  ],
  [
    "the clock stands still, and the ends of the first press are lost",
    [...press(4, { at: 400, from: 1 }).slice(0, 4), ...press(4, { at: 400, from: 8 })],
    "44",
  ],
  [
    "rtpengine#1929: the ends have timestamps of their own",
    press(1, { at: 400, from: 1 }).map((packet, index) =>
      index > 3 ? { ...packet, timestamp: 90_000 * index } : packet
    ),
    "1",
  ],
  [
    "peers#7: the clock runs on with each packet, and the same digit is pressed again",
    [0, 1].flatMap((time) =>
      press(2, { at: 0, from: 7 * time }).map((packet, index) => ({ ...packet, timestamp: 8000 * time + 160 * index }))
    ),
    "22",
  ],
  [
    "the clock runs on, and its packets overtake one another",
    press(2, { at: 0, from: 1 }).map((packet, index) => ({ ...packet, timestamp: 160 * index })).toReversed(),
    "2",
  ],
  [
    "asterisk-unimrcp#44: seconds lie between two packets of a press",
    [
      event(3, { at: 0, duration: 160, marker: true, sequence: 1 }),
      event(3, { at: 0, duration: 320, sequence: 2 }),
      ...[3, 4, 5].map((sequence) => event(3, { at: 0, duration: 13_568, end: true, sequence })),
    ],
    "3",
  ],
  [
    "the first packet is sent twice, each with a marker, and so are those after a gap",
    [
      event(6, { at: 0, duration: 160, marker: true, sequence: 1 }),
      event(6, { at: 0, duration: 160, marker: true, sequence: 2 }),
      event(6, { at: 0, duration: 24_000, marker: true, sequence: 3 }),
      event(6, { at: 0, duration: 24_160, end: true, marker: true, sequence: 4 }),
    ],
    "6",
  ],
  [
    "the network doubles the first packet",
    press(9, { at: 0, from: 5 }).flatMap((packet) => [packet, packet]),
    "9",
  ],
];

for (const [what, packets, digits] of CLOCKS) {
  Deno.test(`RFC 4733 2.5: ${what}: ${digits}`, () => assert.equal(heard(packets), digits));
}

Deno.test("RFC 4733 3.2: events that are no digits are not heard", () => {
  assert.equal(heard(press(16, { at: 0, from: 1 })), "");
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
