/**
 * linphone-daemon, headless: the strictest of the softphones, driven over a Unix socket.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { retry } from "@std/async/retry";
import { deepEqual, ok } from "node:assert/strict";
import { Heard } from "./heard.ts";
import { startPeer } from "./peer_process.ts";
import { SECRET } from "./secret.ts";

/** How a linphone is set up. */
export interface LinphoneOptions {
  /** Its port for SIP. */
  port: number;
  /** Its account. */
  user: string;
  /** How long it rings before it gives that up, seconds. */
  ringSeconds?: number;
}

/** What it says to a command, or what has happened to it: values by their names. */
export type LinphoneTold = Readonly<Record<string, string>>;

/** A linphone that runs. The end of its block kills it. */
export interface Linphone extends AsyncDisposable {
  /** What happens to it; what kind of thing stands under `Event-type`. */
  readonly events: Heard<LinphoneTold>;
  /** Waits for the next event of a type, such as `call-state-changed`, `message-received`, `receiving-tone`, that says this. */
  next(type: string, saying?: LinphoneTold): Promise<LinphoneTold>;
  /** Registers with the server there, `HOST:PORT`, and waits until it is. */
  register(registrar: string, options?: { transport?: "udp" | "tcp" }): Promise<void>;
  /**
   * Gives it a command, such as `answer`, `terminate`, `dtmf 7`.
   *
   * @throws {Error} If it refuses.
   */
  command(text: string): Promise<LinphoneTold>;
}

/** How far above its port for SIP that for RTP is. */
const RTP = 5_000;
/** It tells nothing unasked: how long to wait before it is asked again what has happened. */
const ASK_AGAIN_MS = 20;
/** More than it says at once. */
const ANSWER_BYTES = 65_536;
const SOON = { minTimeout: ASK_AGAIN_MS, maxTimeout: 50, jitter: 0, maxAttempts: 400 };

/** Starts a linphone and waits until it can be driven. */
export async function startLinphone(options: LinphoneOptions): Promise<Linphone> {
  const { user } = options;
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_linphone_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.writeTextFile(`${folder}/rc`, configuration(options, folder));

  // It puts the socket where it likes, and takes only the name from us.
  const name = `switchroom_${crypto.randomUUID()}`;
  const socket = `/tmp/${name}`;
  const process = undo.use(startPeer("linphone-daemon", {
    args: ["--config", `${folder}/rc`, "--disable-stats-events", "--log", `${folder}/log`, "--pipe", name],
    env: { HOME: folder },
  }));
  undo.defer(() => Deno.remove(socket).catch(() => {}));
  const connection = undo.use(await retry(() => Deno.connect({ transport: "unix", path: socket }), SOON));
  const command = inTurn((text: string) => converse(connection, text));
  const events = new Heard<LinphoneTold>(`linphone ${user}`);
  const hearing = hear(command, events);
  undo.defer(async () => {
    await process.end();
    await hearing;
  });

  const running = undo.move();
  return {
    events,
    command,
    next: (type, saying = {}) =>
      events.next(
        (event) => Object.entries({ "Event-type": type, ...saying }).every(([name, value]) => event[name] === value),
        { what: `${type} ${JSON.stringify(saying)}` },
      ),
    async register(registrar, { transport = "udp" } = {}) {
      const { Id } = await command(
        `register sip:${user}@phones.test sip:${registrar};transport=${transport} ${SECRET} ${user} phones.test`,
      );
      await retry(
        async () => deepEqual((await command(`register-status ${Id}`)).State, "LinphoneRegistrationOk"),
        SOON,
      );
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Asks it again and again what has happened, until it is no more. */
async function hear(command: Linphone["command"], events: Heard<LinphoneTold>): Promise<void> {
  try {
    for (;;) {
      const told = await command("pop-event");
      if (told["Event-type"] !== undefined) events.push(told);
      else await delay(ASK_AGAIN_MS);
    }
  } catch (error) {
    events.end(`its socket closed: ${error}`);
  }
}

/** One command and its answer, which it writes at once. */
async function converse(connection: Deno.Conn, text: string): Promise<LinphoneTold> {
  const bytes = new TextEncoder().encode(`${text}\n`);
  ok(await connection.write(bytes) === bytes.length);
  const buffer = new Uint8Array(ANSWER_BYTES);
  const length = await connection.read(buffer);
  if (length === null) throw new Error("linphone has ended");
  const answer = new TextDecoder().decode(buffer.subarray(0, length));
  const told = Object.fromEntries([...answer.matchAll(/^([\w-]+): (.*)$/gm)].map(([, name, value]) => [name, value]));
  if (told.Status !== "Ok") throw new Error(`linphone refused ${text}: ${answer}`);
  return told;
}

/** Lets one call wait for the one before it. */
function inTurn<Result>(call: (text: string) => Promise<Result>): (text: string) => Promise<Result> {
  let before: Promise<unknown> = Promise.resolve();
  return (text) => {
    const next = before.then(() => call(text));
    before = next.catch(() => {});
    return next;
  };
}

/** Without a file for its messages it crashes at the first; without a sound card it sends no digits within the audio, hence by INFO. */
function configuration({ port, ringSeconds = 30 }: LinphoneOptions, folder: string): string {
  return `[sip]
sip_port=${port}
sip_tcp_port=${port}
sip_tls_port=-1
bind_address=127.0.0.1
guess_hostname=0
inc_timeout=${ringSeconds}
use_info=1
use_rfc2833=1
[rtp]
audio_rtp_port=${port + RTP}
[video]
enabled=0
capture=0
display=0
[storage]
uri=${folder}/linphone.db
`;
}
