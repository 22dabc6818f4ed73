/**
 * jamid, the softphone Jami without its window, driven over a D-Bus of its own.
 *
 * @module
 */
import { Message, type MessageBus, type MessageLike, sessionBus } from "@jellybrick/dbus-next";
import { deadline } from "@std/async/deadline";
import { retry } from "@std/async/retry";
import { equal, ok } from "node:assert/strict";
import { Heard } from "./heard.ts";
import { startPeer } from "./peer_process.ts";
import { SECRET } from "./secret.ts";

/** How a jami is set up. */
export interface JamiOptions {
  /** Its port for SIP. */
  port: number;
  /** Its account. */
  user: string;
  /** Where it registers, `HOST:PORT`. */
  registrar: string;
  /** Whether it insists on SRTP, as it does unless it is told otherwise. */
  srtp?: boolean;
  /** How long it rings before it gives that up, seconds. */
  ringSeconds?: number;
}

/** What has happened to it: a signal, and what it tells besides its account. */
export interface JamiEvent {
  /** Such as `incomingCallWithMedia`, `callStateChanged`, `incomingAccountMessage`, `voiceMailNotify`. */
  signal: string;
  told: readonly unknown[];
}

/** A jami that runs. The end of its block kills it. */
export interface Jami extends AsyncDisposable {
  /** What happens to it. */
  readonly events: Heard<JamiEvent>;
  /** Waits for the next signal that tells this somewhere, such as `callStateChanged` with `CURRENT`. */
  next(signal: string, telling?: string): Promise<JamiEvent>;
  /** Answers, refuses or ends the call that it was told of last. */
  call(method: "accept" | "refuse" | "hangUp"): Promise<void>;
  /** Presses a key in its call. */
  press(key: string): Promise<void>;
}

const NAME = "cx.ring.Ring";
/** Asks the bus for all that it tells. */
const LISTEN = {
  ...{ destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus" },
  ...{ member: "AddMatch", signature: "s", body: [`type='signal',sender='${NAME}'`] },
};
/** How long it may say nothing, milliseconds: a guard against hanging, never a measure. */
const PATIENCE_MS = 20_000;
const AGAIN_MS = 5_000;
const SOON = { minTimeout: 20, maxTimeout: 50, jitter: 0, maxAttempts: 400 };

/** Starts a jami, and waits until it has registered. */
export async function startJami(options: JamiOptions): Promise<Jami> {
  // It looks for gateways by itself, and would find those of the machine.
  ok(Deno.networkInterfaces().every(({ name }) => name === "lo"), "jamid may run in a network of its own only");
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_jami_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  const socket = `unix:path=${folder}/bus`;
  await Deno.writeTextFile(`${folder}/bus.conf`, busConfiguration(socket));
  // Without a sound card: it plays and records nothing.
  await Deno.writeTextFile(`${folder}/.asoundrc`, "pcm.!default null\nctl.!default null\n");
  undo.use(startPeer("dbus-daemon", { args: [`--config-file=${folder}/bus.conf`, "--nofork"] }));
  // Its library throws at nobody in particular where the bus is not taking connections yet.
  await retry(async () => (await Deno.connect({ transport: "unix", path: `${folder}/bus` })).close(), SOON);
  const process = undo.use(startPeer("/usr/libexec/jamid", {
    args: ["-c"],
    env: { HOME: folder, XDG_RUNTIME_DIR: folder, DBUS_SESSION_BUS_ADDRESS: socket },
  }));
  const bus = sessionBus({ busAddress: socket });
  undo.defer(() => bus.disconnect());
  const events = new Heard<JamiEvent>(`jami ${options.user}`);
  process.ended.then(() => events.end("it has ended"));
  bus.on("message", ({ member: signal, body: [, ...told] = [] }) => events.push({ signal, told }));
  const ask = (method: string, args: Pick<MessageLike, "signature" | "body">) => {
    const [name = "", member = ""] = method.split(".");
    return answer(bus, {
      destination: NAME,
      path: `/cx/ring/Ring/${name}`,
      interface: `${NAME}.${name}`,
      member,
      ...args,
    });
  };
  await answer(bus, LISTEN);
  const next: Jami["next"] = (signal, telling = "") =>
    events.next((event) => event.signal === signal && JSON.stringify(event.told).includes(telling), {
      what: `${signal} ${telling}`,
    });
  const template = await retry(
    () => ask("ConfigurationManager.getAccountTemplate", { signature: "s", body: ["SIP"] }),
    SOON,
  );
  await ask("ConfigurationManager.setRingingTimeout", { signature: "i", body: [options.ringSeconds ?? 30] });
  const account = await ask("ConfigurationManager.addAccount", {
    signature: "a{ss}",
    body: [{ ...template as Record<string, string>, ...details(options) }],
  });
  // On a busy machine it was seen to stand still after its first try.
  const again = setInterval(
    () => void ask("ConfigurationManager.sendRegister", { signature: "sb", body: [account, true] }).catch(() => {}),
    AGAIN_MS,
  );
  await next("registrationStateChanged", '"REGISTERED"').finally(() => clearInterval(again));
  const running = undo.move();
  return {
    events,
    next,
    async call(method) {
      const [id] = events.all.findLast(({ signal }) => signal === "callStateChanged")?.told ?? [];
      equal(
        await ask(`CallManager.${method}`, { signature: "ss", body: [account, id] }),
        true,
        `jami did not ${method}`,
      );
    },
    press: async (key) => void await ask("CallManager.playDTMF", { signature: "s", body: [key] }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Calls a method, and waits for what it returns. */
async function answer(bus: MessageBus, message: MessageLike): Promise<unknown> {
  return (await deadline(bus.call(new Message(message)), PATIENCE_MS))?.body[0];
}

/** What its account has otherwise than its template. */
function details({ port, user, registrar, srtp = false }: JamiOptions): Record<string, string> {
  return {
    "Account.type": "SIP",
    "Account.alias": user,
    "Account.hostname": registrar,
    "Account.username": user,
    "Account.password": SECRET,
    "Account.realm": "*",
    "Account.enable": "true",
    "Account.localInterface": "lo",
    "Account.localPort": `${port}`,
    "Account.upnpEnabled": "false",
    "Account.videoEnabled": "false",
    // The template does not tell of it, and SRTP.enable has no effect.
    ...!srtp && { "SRTP.keyExchange": "" },
  };
}

function busConfiguration(socket: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}
