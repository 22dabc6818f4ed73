/**
 * The wire without the SDK: frames of four bytes of length and a JSON array of messages.
 *
 * @module
 */
import { writeSync } from "node:fs";

/** Any message, as it is. */
export type Message = { type: string } & Record<string, unknown>;

/** Sends messages in one frame. The runner has turned what is printed away from the wire, but not the file. */
export function send(...messages: Message[]): void {
  const body = new TextEncoder().encode(JSON.stringify(messages));
  const frame = new Uint8Array(4 + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, 4);
  for (let offset = 0; offset < frame.length;) offset += writeSync(1, frame, offset);
}

/** What the host sends, message by message, until it is gone. */
export async function* messages(): AsyncGenerator<Message> {
  let rest = new Uint8Array();
  for await (const chunk of Deno.stdin.readable) {
    rest = Uint8Array.of(...rest, ...chunk);
    while (rest.length >= 4) {
      const end = 4 + new DataView(rest.buffer).getUint32(0);
      if (rest.length < end) break;
      yield* JSON.parse(new TextDecoder().decode(rest.slice(4, end)));
      rest = rest.slice(end);
    }
  }
}
