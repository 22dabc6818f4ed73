/**
 * Messages over the socket of the real server.
 *
 * @module
 */
import corpus from "../corpus/socket.json" with { type: "json" };
import type { Subject, Target } from "../target.ts";
import { RealServer, SECRET, SERVER_NOISE } from "../world/real_server.ts";
import { RpcClient } from "../world/rpc_client.ts";
import { type FuzzMessage, messages } from "./messages.ts";

/** See the module. */
export const serverSocket: Target<FuzzMessage> = {
  name: "server_socket",
  share: 3,
  noise: SERVER_NOISE,
  corpus,
  inputs: messages,
  open: async () => new ServerSocketSubject(await RealServer.start()),
};

class ServerSocketSubject implements Subject<FuzzMessage> {
  readonly #server: RealServer;
  #client: RpcClient | undefined;

  constructor(server: RealServer) {
    this.#server = server;
  }

  async attempt({ fresh, text }: FuzzMessage): Promise<void> {
    const sent = await this.#server.filled(text);
    const client = fresh ? await this.#connect() : await this.#begun();
    await client.attempt(sent);
    if (/Close|Shutdown/.test(text)) this.#server.moveOut();
    if (!fresh) return;
    client.close();
    // It may have taken the application over.
    this.#hangUp();
  }

  async goOn(): Promise<void> {
    this.#hangUp();
    await this.#server.goOn();
  }

  memory(): Promise<number> {
    return this.#server.memory();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hangUp();
    await this.#server[Symbol.asyncDispose]();
  }

  #hangUp(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  async #begun(): Promise<RpcClient> {
    const application = await this.#server.filled("{application}");
    if (this.#client?.isOpen && this.#client.application === application) return this.#client;
    const client = await this.#connect({ application });
    await client.resume();
    return this.#client = client;
  }

  async #connect(options?: { application: string }): Promise<RpcClient> {
    const socket = new WebSocket(`${this.#server.url.replace("http", "ws")}/v1/socket`, {
      headers: { authorization: `Bearer ${SECRET}` },
    });
    const client = new RpcClient(socket, options);
    socket.onmessage = ({ data }) => client.got(data);
    socket.onclose = ({ code }) => client.closed(code);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("The socket was not opened"));
    });
    return client;
  }
}
