/**
 * One HTTP/2 connection, frame by frame: the only place where the order of an answer and an event can be seen from outside, because on two connections it is
 * the reader who decides which to read first.
 *
 * @module
 */
import type { ServerAddress } from "./application.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
const PING = 6;
const WINDOW_UPDATE = 8;
/** So many bytes more than the usual 65,535 may be sent before the reader says that it has read them: the order shall not depend on it. */
const WINDOW = Uint8Array.of(0x3f, 0xff, 0, 0);
const INITIAL_WINDOW_SIZE = Uint8Array.of(0, 4, ...WINDOW);
const END_STREAM = 0x1;
const ACK = 0x1;
const END_HEADERS = 0x4;

/** A piece of a body, with the number of the call that it answers. */
export interface Piece {
  call: number;
  text: string;
}

/** A connection. The end of its block closes it. */
export interface Http2Connection extends Disposable {
  /** Sends a call; gives its number. */
  send(method: string, path: string, options?: { body?: object; headers?: Record<string, string> }): Promise<number>;
  /** The next piece of a body, of whatever call, in the order in which the server sent it. */
  next(): Promise<Piece>;
}

/** Opens a connection to a server. */
export async function connectHttp2({ url, token }: ServerAddress): Promise<Http2Connection> {
  const { hostname, port, host } = new URL(url);
  const socket = await Deno.connect({ hostname, port: Number(port) });
  const utf8 = new TextEncoder();
  const words = new TextDecoder();
  let stream = -1;
  let rest = new Uint8Array();

  const write = async (...frames: Uint8Array[]) => {
    const bytes = Uint8Array.from(frames.flatMap((frame) => [...frame]));
    for (let written = 0; written < bytes.length;) written += await socket.write(bytes.subarray(written));
  };
  const read = async (length: number) => {
    const chunk = new Uint8Array(65_536);
    while (rest.length < length) {
      const count = await socket.read(chunk);
      if (count === null) throw new Error("The server has closed the connection");
      rest = Uint8Array.of(...rest, ...chunk.subarray(0, count));
    }
    const bytes = rest.slice(0, length);
    rest = rest.slice(length);
    return bytes;
  };
  const text = (value: string) => Uint8Array.of(...prefixed(utf8.encode(value)));

  await write(utf8.encode(PREFACE), frame(SETTINGS, INITIAL_WINDOW_SIZE), frame(WINDOW_UPDATE, WINDOW));
  return {
    async send(method, path, { body, headers: more } = {}) {
      stream += 2;
      const fields = {
        ":method": method,
        ":scheme": "http",
        ":authority": host,
        ":path": path,
        authorization: `Bearer ${token}`,
        ...body && { "content-type": "application/json" },
        ...more,
      };
      // Literals without indexing: a request needs no table.
      const block = Object.entries(fields).flatMap(([name, value]) => [0, ...text(name), ...text(value)]);
      const headers = frame(HEADERS, Uint8Array.from(block), {
        flags: END_HEADERS | (body ? 0 : END_STREAM),
        stream,
      });
      const data = body && frame(DATA, utf8.encode(JSON.stringify(body)), { flags: END_STREAM, stream });
      await write(headers, ...data ? [data] : []);
      return stream;
    },
    async next() {
      for (;;) {
        const header = new DataView((await read(9)).buffer);
        const payload = await read(header.getUint32(0) >> 8);
        const type = header.getUint8(3);
        const acknowledged = (header.getUint8(4) & ACK) !== 0;
        if ((type === SETTINGS || type === PING) && !acknowledged) {
          await write(frame(type, type === PING ? payload : new Uint8Array(), { flags: ACK }));
        }
        if (type === DATA && payload.length > 0) return { call: header.getUint32(5), text: words.decode(payload) };
      }
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

/** A frame; of stream 0 it concerns the connection. */
function frame(
  type: number,
  payload: Uint8Array,
  { flags = 0, stream = 0 }: { flags?: number; stream?: number } = {},
): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, payload.length << 8);
  header.setUint8(3, type);
  header.setUint8(4, flags);
  header.setUint32(5, stream);
  bytes.set(payload, 9);
  return bytes;
}

/** A string of HPACK: its length, in seven bits or in more bytes, and the string. */
function prefixed(bytes: Uint8Array): number[] {
  if (bytes.length < 127) return [bytes.length, ...bytes];
  const length = [127];
  let left = bytes.length - 127;
  for (; left >= 128; left >>= 7) length.push((left & 127) | 128);
  return [...length, left, ...bytes];
}
