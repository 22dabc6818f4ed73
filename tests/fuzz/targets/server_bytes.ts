/**
 * Bytes to the real server that are nearly HTTP: request lines, lengths said twice, chunks, floods of headers, HTTP/2, handshakes and frames of WebSockets. What
 * is sent is a whole conversation, and then the client says that nothing more comes.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import fc from "fast-check";
import corpus from "../corpus/server_bytes.json" with { type: "json" };
import { bytesOf } from "../inputs/bytes.ts";
import { nearly } from "../inputs/texts.ts";
import type { Subject, Target } from "../target.ts";
import { Connection } from "../world/connection.ts";
import { RealServer, SECRET, SERVER_NOISE } from "../world/real_server.ts";

const GET = `GET /v1/phones HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\n\r\n`;

const post = (headers: string, body: string) =>
  `POST /v1/applications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;

const CHUNKED = "Transfer-Encoding: chunked";
const APPLICATION = `{"name":"Fuzz","leaseSeconds":5}`;

const OPENING =
  `GET /v1/socket HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** A frame of a WebSocket with a mask of zeros. */
const frame = (first: number, payload: string) => {
  const { length } = bytesOf(payload);
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return [first, ...size, 0, 0, 0, 0].map(character).join("") + payload;
};

/** A byte as the corpus writes it. */
const character = (byte: number) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);

const PING = `{"jsonrpc":"2.0","id":1,"method":"ping"}`;

const EXAMPLES: readonly string[] = [
  GET,
  GET + GET + GET,
  post(`Content-Length: ${APPLICATION.length}`, APPLICATION) + GET,
  post(
    CHUNKED,
    `5\r\n${APPLICATION.slice(0, 5)}\r\n${(APPLICATION.length - 5).toString(16)};x=y\r\n${
      APPLICATION.slice(5)
    }\r\n0\r\nTrailer: x\r\n\r\n`,
  ) + GET,
  post(`Content-Length: 5\r\n${CHUNKED}`, "0\r\n\r\n") + GET,
  post("Content-Length: 5\r\nContent-Length: 6", "{}") + GET,
  post("Transfer-Encoding: chunked, identity", "2\r\n{}\r\n0\r\n\r\n"),
  post("Transfer-Encoding:\tchunked\r\nTransfer-Encoding: x", "ffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
  post("Content-Length: 2\r\nExpect: 100-continue", "{}"),
  post("Content-Length: 18446744073709551616", "{}"),
  `GET http://other/v1/phones?x#y HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
  "GET /healthz HTTP/1.0\r\n\r\n",
  "GET /healthz\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
  "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
  `GET /healthz HTTP/1.1\r\n${"X-Flood: y\r\n".repeat(120)}\r\n`,
  "GET /healthz HTTP/1.1\r\nHost: x\r\n folded: x\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + [0, 0, 0, 4, 0, 0, 0, 0, 0].map(character).join(""),
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
  [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 3, 1, 5, 0, 0, 0, 1, 0x82, 0x84, 0x86, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0].map(
    character,
  ).join(""),
  [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0].map(character).join(""),
  OPENING + frame(0x81, PING) + frame(0x88, `${character(3)}${character(0xe8)}`),
  OPENING + frame(0x01, PING.slice(0, 9)) + frame(0x89, "ping") + frame(0x80, PING.slice(9)) + frame(0x88, ""),
  OPENING + frame(0x81, "\udcc0\udc80") + frame(0x88, ""),
  OPENING + frame(0x83, "reserved") + frame(0x8b, "reserved"),
  OPENING + frame(0x89, "x".repeat(200)),
  OPENING + [0x81, 0x05].map(character).join("") + "naked" + frame(0x88, ""),
  OPENING + [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0].map(character).join("") + "x",
  OPENING + frame(0xc1, PING) + frame(0x88, character(0)),
  OPENING + frame(0x82, PING) + frame(0x80, "nothing to go on"),
];

/** What stands between the answers of HTTP, and is none of ours to word. */
const ANSWER = /^HTTP\/1\.[01] (\d{3}) /gm;

/** See the module. */
export const serverBytes: Target<string> = {
  name: "server_bytes",
  share: 3,
  noise: SERVER_NOISE,
  corpus,
  inputs: fc.oneof({ weight: 8, arbitrary: nearly(EXAMPLES, 2) }, {
    weight: 1,
    arbitrary: fc.tuple(nearly(EXAMPLES, 1), nearly(EXAMPLES, 1)).map(([one, other]) => one + other),
  }),
  open: async () => new ServerBytesSubject(await RealServer.start()),
};

class ServerBytesSubject implements Subject<string> {
  readonly #server: RealServer;

  constructor(server: RealServer) {
    this.#server = server;
  }

  async attempt(text: string): Promise<void> {
    using connection = await Connection.open(this.#server.url);
    await connection.send(bytesOf(text));
    await connection.sendNoMore();
    const answered = await connection.untilClosed();
    for (const [, status] of answered.matchAll(ANSWER)) ok(Number(status) !== 500, answered);
  }

  async goOn(): Promise<void> {
    await this.#server.goOn();
  }

  memory(): Promise<number> {
    return this.#server.memory();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}
