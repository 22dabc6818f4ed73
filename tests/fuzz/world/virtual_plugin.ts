/**
 * The virtual plugin without a process of its own: the host's side of the wire and the SDK's, joined in one.
 *
 * @module
 */
import virtual from "../../../plugins/virtual/main.ts";
import type { PluginIntake } from "../../../server/core/mod.ts";
import { fromPlugin } from "../../../server/host/messages.ts";
import { PluginLink } from "../../../server/host/plugin_link.ts";
import { Connection } from "../../../server/plugin/connection.ts";
import { type FromPlugin, type ToPlugin, WIRE_VERSION } from "../../../server/wire/mod.ts";

const NAME = "virtual";

/** Starts it for a core that has been told of no plugin yet. Resolves when it is ready. */
export async function startVirtualPlugin(intake: PluginIntake): Promise<void> {
  const ready = Promise.withResolvers<void>();
  const toHost = (said: unknown) => {
    const message: FromPlugin = fromPlugin.parse(said);
    switch (message.type) {
      case "ready":
        events.ready();
        intake.settle(NAME);
        return ready.resolve();
      case "startFailed":
      case "fault":
        return ready.reject(new Error(message.message));
      case "hello":
      case "stopped":
      case "beat":
      case "log":
        return;
      default:
        link.receive(message, events);
    }
  };
  const connection = new Connection(virtual, {
    send(message) {
      const said = travelled(message);
      // Neither side is ever inside a call of the other.
      queueMicrotask(() => toHost(said));
    },
    stopped() {},
  });
  const toPlugin = (message: ToPlugin) => {
    const said = travelled(message);
    queueMicrotask(() => connection.receive(said));
  };
  const link = new PluginLink({
    send: toPlugin,
    kill(why) {
      throw new Error(`The virtual plugin was to be killed: ${why}`);
    },
    log() {},
  });
  intake.enable([NAME]);
  const events = intake.admit(NAME, link);
  toPlugin({ type: "hello", wire: WIRE_VERSION, name: NAME, config: {}, beatMs: 1_000 });
  await ready.promise;
}

function travelled<Message>(message: Message): Message {
  return JSON.parse(JSON.stringify(message));
}
