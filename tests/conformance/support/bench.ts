/**
 * What a test works with: a probe's control, a phone of its own, and as many applications as it likes.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { RequestRecord } from "../../../server/core/contract/record.ts";
import type { Command, Entry } from "../probe/commands.ts";
import { type Application, beginApplication, command, type Handle, type ServerAddress } from "./application.ts";

type DistributiveOmit<Union, Key extends string> = Union extends unknown ? Omit<Union, Key> : never;

/** See the module. The end of its block ends every application. */
export interface Bench extends AsyncDisposable {
  /** A phone that no other test uses, `PLUGIN:ID`. */
  readonly phone: string;
  /** The part of its name after the colon. */
  readonly id: string;
  /** The application that holds the phone `control`. */
  readonly controller: Application;
  /** Begins an application. */
  application(name?: string): Promise<Application>;
  /** Tells the probe something, about this test's phone unless it names another; gives the record of the request. */
  tell(what: DistributiveOmit<Command, "phone"> & { phone?: string }): Promise<RequestRecord>;
  /** Waits until the record of the phone has `count` entries of a call; gives the last of them. */
  until(call: string, count?: number): Promise<Entry>;
  /** What has been recorded of the phone, everything that was asked of the plugin before included. */
  record(): Promise<Entry[]>;
  /** The names of the calls in the record. */
  calls(): Promise<string[]>;
  /** The record of one request, from the history. */
  requestRecord(requestId: number): Promise<RequestRecord>;
}

/** Makes a bench at a server, with a new phone of a plugin that is the probe. */
export async function makeBench(
  server: ServerAddress,
  { plugin = "probe", without = [] }: { plugin?: string; without?: string[] } = {},
): Promise<Bench> {
  await using undo = new AsyncDisposableStack();
  const controller = undo.use(await beginApplication(server, "controller"));
  const control: Handle = await controller.open(`${plugin}:control`, "monitor");
  const id = `t-${crypto.randomUUID()}`;

  const tell: Bench["tell"] = async (what) => {
    const done = await control.perform(command({ phone: id, ...what }));
    equal(done.outcome, "succeeded", `The probe cannot ${JSON.stringify(what)}: ${done.code}`);
    return done;
  };
  const record = async () => {
    const { status, body } = await control.get<{ data: string }>("data/0?size=65535");
    equal(status, 200, JSON.stringify(body));
    const entries: Entry[] = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(body.data)));
    return entries.filter(({ phone, call }) => phone === id && !call.startsWith("get"));
  };
  await tell({ do: "add", without });

  const applications = undo.move();
  return {
    phone: `${plugin}:${id}`,
    id,
    controller,
    tell,
    record,
    application: async (name = "test") => applications.use(await beginApplication(server, name)),
    async until(call, count = 1) {
      for (;;) {
        const found = controller.events.seen.filter((event) => event.type === "PHONE_DEVSPECIFIC")
          .map(({ params }): Entry => JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(params))))
          .filter((entry) => entry.phone === id && entry.call === call)[count - 1];
        if (found) return found;
        await controller.events.next("PHONE_DEVSPECIFIC");
      }
    },
    calls: async () => (await record()).map(({ call }) => call),
    async requestRecord(requestId) {
      const { status, body } = await controller.call<RequestRecord>("GET", `/v1/requests/${requestId}`);
      equal(status, 200, JSON.stringify(body));
      return body;
    },
    [Symbol.asyncDispose]: () => applications.disposeAsync(),
  };
}
