/**
 * The real server in its own process, with an application and two handles for the inputs to name.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { api, type Call } from "../../harness/api.ts";
import { type RunningServer, startServer } from "../../harness/start_server.ts";

interface Tenant {
  application: string;
  owner: string;
  monitor: string;
}

/** See the module. */
export class RealServer implements AsyncDisposable {
  readonly #server: RunningServer;
  readonly #call: Call;
  #tenant: Tenant | undefined;

  private constructor(server: RunningServer) {
    this.#server = server;
    this.#call = api(server);
  }

  /** Starts one. */
  static async start(): Promise<RealServer> {
    return new RealServer(await startServer({ token: SECRET }));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Puts what there is in the place of its name: `{application}`, `{owner}`, `{monitor}`. */
  async filled(text: string): Promise<string> {
    if (!text.includes("{")) return text;
    const tenant = this.#tenant ??= await this.#moveIn();
    return text.replaceAll(/\{(application|owner|monitor)\}/g, (_, name: keyof Tenant) => tenant[name]);
  }

  /** What there was may be closed. */
  moveOut(): void {
    this.#tenant = undefined;
  }

  /** Shows that the server works as ever, and removes what the inputs have left behind. */
  async goOn(): Promise<void> {
    await this.#clear("tokens", { id: "id", which: ({ name }) => name !== BOOTSTRAP });
    this.moveOut();
    // Inputs may have unplugged or suspended the phone, and asked for the next operation to fail.
    await this.#perform({ operation: "devSpecific", params: btoa('{"connected":true}') });
    await this.#perform({ operation: "devSpecific", params: btoa('{"suspended":false}') });
    await this.#perform({ operation: "devSpecific", params: btoa('{"next":{"count":1}}') });
    equal(await this.#perform({ operation: "setLamp", lamp: 20, mode: "steady" }), "succeeded");
    const { body: health } = await this.#call("GET", "/healthz");
    equal(health["status"], "ok");
  }

  /** Resident bytes of its process. */
  async memory(): Promise<number> {
    const { body } = await this.#call<string>("GET", "/metrics");
    const [, bytes] = /^process_resident_memory_bytes (\d+)/m.exec(body) ?? [];
    ok(bytes, body);
    return Number(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using server = this.#server;
    equal((await server.stop()).code, 0, server.output());
    // It tells there of every fault of ours.
    ok(!/fault|ERROR|Uncaught/.test(server.output()), server.output());
  }

  async #moveIn(): Promise<Tenant> {
    await this.#clear("applications", { id: "application" });
    const { body } = await this.#call("POST", "/v1/applications", { body: { name: "Fuzz", leaseSeconds: 300 } });
    const application = String(body["application"]);
    const open = async (phone: string, privilege: string) => {
      const { status, body } = await this.#call("POST", `/v1/applications/${application}/handles`, {
        body: { phone, privilege },
      });
      equal(status, 201, JSON.stringify(body));
      return String(body["handle"]);
    };
    return {
      application,
      owner: await open("virtual:desk-1", "owner"),
      monitor: await open("virtual:mini-1", "monitor"),
    };
  }

  /** Asks for an operation; gives how it has ended. */
  async #perform(body: object): Promise<unknown> {
    const { status, body: record } = await this.#call(
      "POST",
      await this.filled("/v1/handles/{owner}/requests"),
      { body, headers: { prefer: "wait=20" } },
    );
    equal(status, 200, JSON.stringify(record));
    return record["outcome"];
  }

  async #clear(
    list: string,
    { id, which = () => true }: { id: string; which?: (item: Record<string, string>) => boolean },
  ): Promise<void> {
    const { body } = await this.#call<Record<string, Record<string, string>[]>>("GET", `/v1/${list}`);
    for (const item of body[list] ?? []) if (which(item)) await this.#call("DELETE", `/v1/${list}/${item[id]}`);
  }
}

/** How far a server's resident memory goes up and down by itself. */
export const SERVER_NOISE = 192 * 1_048_576;

/** The first token's secret. */
export const SECRET = "secret-of-the-operator-0123456789-0123";
/** What the first token is called. */
const BOOTSTRAP = "bootstrap";
