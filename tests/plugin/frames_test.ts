import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { fromPlugin } from "../../server/host/messages.ts";
import { FRAME_LIMIT, FrameError, FrameReader, FrameWriter, MESSAGE_LIMIT } from "../../server/wire/mod.ts";

/** The frames of some messages, and the messages of some bytes. */
function framesOf(messages: object[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const writer = new FrameWriter((frame) => frames.push(frame));
  for (const message of messages) writer.send(message);
  writer.flush();
  return frames;
}

function bytesOf(frames: Uint8Array[]): Uint8Array {
  return new Uint8Array(frames.flatMap((frame) => [...frame]));
}

function frameOf(body: string | Uint8Array): Uint8Array {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const frame = new Uint8Array(4 + bytes.length);
  new DataView(frame.buffer).setUint32(0, bytes.length);
  frame.set(bytes, 4);
  return frame;
}

Deno.test("messages arrive whole and in order wherever the bytes are cut", () => {
  fc.assert(fc.property(
    fc.array(fc.record({ text: fc.string({ unit: "binary", maxLength: 40 }), number: fc.integer() }), {
      maxLength: 20,
    }),
    fc.array(fc.nat(60), { minLength: 1, maxLength: 30 }),
    (messages, cuts) => {
      const bytes = bytesOf(framesOf(messages));
      const reader = new FrameReader();
      const arrived: unknown[] = [];
      for (let offset = 0, cut = 0; offset < bytes.length; cut++) {
        const end = offset + 1 + (cuts[cut % cuts.length] ?? 0);
        // A view into a buffer that is overwritten afterwards, as a read loop has it.
        const chunk = bytes.slice(offset, end);
        for (const batch of reader.push(chunk)) arrived.push(...batch);
        chunk.fill(0xFF);
        offset = end;
      }
      deepEqual(arrived, JSON.parse(JSON.stringify(messages)));
    },
  ));
});

Deno.test("the largest message arrives in single bytes, and costs the host no more than its size", () => {
  const [frame] = framesOf([{ text: "é".repeat(MESSAGE_LIMIT - 20) }]);
  const reader = new FrameReader();
  let arrived = 0;
  for (const byte of frame ?? []) for (const messages of reader.push(Uint8Array.of(byte))) arrived += messages.length;
  equal(arrived, 1);
});

Deno.test("all messages of one microtask leave in one frame", async () => {
  const frames: Uint8Array[] = [];
  const writer = new FrameWriter((frame) => frames.push(frame));
  for (let n = 0; n < 100; n++) writer.send({ n });
  equal(frames.length, 0);
  await Promise.resolve();
  equal(frames.length, 1);
  const [messages] = [...new FrameReader().push(frames[0] ?? new Uint8Array())];
  equal(messages?.length, 100);
});

Deno.test("a batch that would be longer than a frame may be is split, at three bytes a character too", () => {
  const messages = Array.from({ length: 40 }, (_, n) => ({ n, text: "€".repeat(50_000) }));
  const frames = framesOf(messages);
  ok(frames.length > 1);
  ok(frames.every((frame) => frame.length <= FRAME_LIMIT + 4));
  deepEqual([...new FrameReader().push(bytesOf(frames))].flat(), messages);
});

Deno.test("a message that no frame could hold is refused in words and leaves the others alone", () => {
  const frames: Uint8Array[] = [];
  const writer = new FrameWriter((frame) => frames.push(frame));
  writer.send({ before: true });
  throws(() => writer.send({ text: "x".repeat(MESSAGE_LIMIT) }), { name: "RangeError", message: /at most 262144 fit/ });
  writer.send({ after: true });
  writer.flush();
  deepEqual([...new FrameReader().push(bytesOf(frames))].flat(), [{ before: true }, { after: true }]);
});

Deno.test("a length over the limit is an error at once, before its body is waited for", () => {
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, FRAME_LIMIT + 1);
  throws(() => [...new FrameReader().push(header)], FrameError);
});

Deno.test("a body that is not a JSON array in UTF-8 is an error", () => {
  for (const body of ["", "{", "{}", "null", '"text"', new Uint8Array([0x22, 0xFF, 0x22])]) {
    throws(() => [...new FrameReader().push(frameOf(body))], FrameError, String(body));
  }
});

Deno.test("whatever bytes come, the reader gives messages or says that they are no frames", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      for (const messages of new FrameReader().push(bytes)) ok(Array.isArray(messages));
    } catch (error) {
      ok(error instanceof FrameError);
    }
  }));
});

Deno.test("a number that would be changed on the wire is none that the host takes (RFC 8259, 6)", () => {
  const [messages] = new FrameReader().push(frameOf(`[{"type":"done","requestId":9007199254740993,"result":0}]`));
  equal(fromPlugin.safeParse(messages?.[0]).success, false);
  const [right] = new FrameReader().push(frameOf(`[{"type":"done","requestId":9007199254740991,"result":0}]`));
  equal(fromPlugin.safeParse(right?.[0]).success, true);
});
