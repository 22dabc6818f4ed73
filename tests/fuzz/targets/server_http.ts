/**
 * Calls of every route to the real server, one after the other over a connection that is kept.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import corpus from "../corpus/http.json" with { type: "json" };
import { bytesOf } from "../inputs/bytes.ts";
import type { Subject, Target } from "../target.ts";
import { Closed, Connection, type RawAnswer } from "../world/connection.ts";
import { DocumentedAnswers } from "../world/documented.ts";
import { DOCUMENT } from "../world/published.ts";
import { RealServer, SECRET, SERVER_NOISE } from "../world/real_server.ts";
import { callsOf, type FuzzCall } from "./calls.ts";

/** What ends a line or a word of HTTP: with it one call becomes several, which is for `server_bytes`. */
const BREAKS_LINES = /[\r\n\0]/g;
const BREAKS_WORDS = /[\s\0]/g;

/** What the runtime's own parser answers. */
const NOT_HTTP = [400, 431];

/** See the module. */
export const serverHttp: Target<FuzzCall> = {
  name: "server_http",
  share: 14,
  noise: SERVER_NOISE,
  corpus: corpus as unknown as FuzzCall[],
  inputs: callsOf(DOCUMENT, { operator: SECRET, others: ["no-secret-of-anybody-0123456789-01234"] }),
  open: async () => new ServerHttpSubject(await RealServer.start()),
};

class ServerHttpSubject implements Subject<FuzzCall> {
  readonly #server: RealServer;
  readonly #answers = new DocumentedAnswers(DOCUMENT);
  #connection: Connection | undefined;

  constructor(server: RealServer) {
    this.#server = server;
  }

  async attempt(fuzzed: FuzzCall): Promise<void> {
    const call = await this.#sendable(fuzzed);
    const bytes = bytesOf(textOf(call));
    const answer = await this.#ask(bytes, { head: call.method === "HEAD" });
    const { status, headers, text } = answer;
    if (text === undefined || headers.get("connection") === "close") this.#hangUp();
    if (status === 101) return this.#hangUp();
    if (call.method === "DELETE" && status < 300) this.#server.moveOut();
    if (NOT_HTTP.includes(status) && !headers.has("content-type")) return this.#hangUp();
    this.#answers.checkPath(call, answer);
  }

  async goOn(): Promise<void> {
    await this.#server.goOn();
  }

  memory(): Promise<number> {
    return this.#server.memory();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hangUp();
    await this.#server[Symbol.asyncDispose]();
  }

  /** Asks over the connection that there is, and over a new one if the server has closed that. */
  async #ask(bytes: Uint8Array, { head }: { head: boolean }): Promise<RawAnswer> {
    for (let tries = 1;; tries++) {
      const connection = this.#connection ??= await Connection.open(this.#server.url);
      await connection.send(bytes);
      try {
        return await connection.answer({ head });
      } catch (error) {
        this.#hangUp();
        if (!(error instanceof Closed)) throw error;
        ok(tries < 2, "the server closes the connection without an answer");
      }
    }
  }

  #hangUp(): void {
    this.#connection?.[Symbol.dispose]();
    this.#connection = undefined;
  }

  async #sendable({ path, headers, body, ...rest }: FuzzCall): Promise<FuzzCall> {
    return {
      ...rest,
      path: (await this.#server.filled(path)).replaceAll(BREAKS_WORDS, ""),
      headers: headers.map(([name, value]) => [name, value.replaceAll(BREAKS_LINES, "")]),
      ...body !== undefined && { body: await this.#server.filled(body) },
    };
  }
}

function textOf({ method, path, headers, body }: FuzzCall): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const length = body === undefined ? [] : [`content-length: ${bytesOf(body).length}`];
  return [`${method} ${path} HTTP/1.1`, "host: 127.0.0.1", ...lines, ...length, "", body ?? ""].join("\r\n");
}
