/**
 * baresip, headless: a softphone that is driven over a socket and tells what happens to it.
 *
 * @module
 */
import { retry } from "@std/async/retry";
import { Heard } from "./heard.ts";
import { forEachNetstring, netstring } from "./netstrings.ts";
import { type PeerProcess, startPeer } from "./peer_process.ts";
import { SECRET } from "./secret.ts";
import { writeSilence } from "./silence.ts";

/** What it tells over its socket. */
export interface BaresipEvent {
  event: true;
  /** Such as `REGISTER_OK`, `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`, `CALL_DTMF_START`, `MWI_NOTIFY`. */
  type: string;
  class: string;
  accountaor?: string;
  peeruri?: string;
  direction?: string;
  id?: string;
  /** A reason, a digit, a whole summary of messages: as the type has it. */
  param?: string;
}

interface BaresipAnswer {
  response: true;
  ok: boolean;
  data?: string;
  token?: string;
}

/** How a baresip is set up. */
export interface BaresipOptions {
  /** Its port for SIP; it takes the one above too, and those that {@linkcode CONTROL} and {@linkcode RTP} say: leave ten between two phones. */
  port: number;
  /** Its address, 127.0.0.1 if left out. */
  host?: string;
  /** Its account. */
  user: string;
  secret?: string;
  /** Where it registers, `HOST:PORT`; it does not if left out. */
  registrar?: string;
  /** How its messages go; UDP if left out. */
  transport?: "udp" | "tcp";
  /** How long a registration is asked to hold, seconds. */
  registerSeconds?: number;
  /** Whether it subscribes to its message summary. */
  mwi?: boolean;
  /** Whether it answers by itself. */
  answers?: "manual" | "auto";
  /** How long it rings before it gives that up, seconds. */
  ringSeconds?: number;
}

/** A baresip that runs. The end of its block kills it. */
export interface Baresip extends AsyncDisposable {
  /** What happens to it. */
  readonly events: Heard<BaresipEvent>;
  /** Its process: what it prints, the text of messages for one, and its end. */
  readonly process: PeerProcess;
  /** Waits for the next event of a type. */
  next(type: string): Promise<BaresipEvent>;
  /**
   * Gives it a command, such as `dial`, `accept`, `hangup`, `sndcode`.
   *
   * @returns What it prints about it. That it has done it is told by an event.
   * @throws {Error} If it refuses.
   */
  command(name: string, params?: string): Promise<string>;
}

/** How far above its port for SIP it is driven. */
const CONTROL = 1_000;
/** How far above its port for SIP its ports for RTP begin. */
const RTP = 5_000;
const RTP_PORTS = 8;

/** Starts a baresip and waits until it can be driven. */
export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_baresip_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  await writeSilence(`${folder}/silence.wav`);
  await Deno.writeTextFile(`${folder}/config`, await configuration(options, folder));
  for (const file of ["accounts", "contacts"]) await Deno.writeTextFile(`${folder}/${file}`, "");

  const process = undo.use(startPeer("baresip", { args: ["-f", folder] }));
  const connection = await retry(
    () => Deno.connect({ hostname: "127.0.0.1", port: options.port + CONTROL }),
    { minTimeout: 10, maxTimeout: 50, jitter: 0, maxAttempts: 400 },
  ).catch((cause) => {
    throw new Error(`baresip does not listen; it printed ${process.printed.all.join("\n")}`, { cause });
  });
  const events = new Heard<BaresipEvent>(`baresip ${options.user}`);
  const answers = new Heard<BaresipAnswer>(`baresip ${options.user}`);
  const hearing = forEachNetstring(connection.readable, (text) => {
    const told: BaresipEvent | BaresipAnswer = JSON.parse(text);
    if ("event" in told) events.push(told);
    else answers.push(told);
  }).catch(() => {}).then(() => {
    for (const heard of [events, answers]) heard.end("its socket closed");
  });
  undo.defer(async () => {
    await process.end();
    await hearing;
  });
  const writer = connection.writable.getWriter();
  const command = async (name: string, params = "") => {
    const token = crypto.randomUUID();
    await writer.write(netstring(JSON.stringify({ command: name, params, token })));
    const { ok, data = "" } = await answers.next((answer) => answer.token === token, { what: `how ${name} went` });
    if (!ok) throw new Error(`baresip refused ${name} ${params}: ${data}`);
    return data;
  };
  // Now, not by its file: what happens to it before somebody listens is told to nobody.
  await command("uanew", account(options));

  const running = undo.move();
  return {
    events,
    process,
    next: (type) => events.next((event) => event.type === type, { what: type }),
    command,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function configuration(
  { host = "127.0.0.1", port, ringSeconds = 120 }: BaresipOptions,
  folder: string,
): Promise<string> {
  const files = new TextDecoder().decode(
    (await new Deno.Command("dpkg", { args: ["-L", "baresip-core"] }).output()).stdout,
  ).split("\n");
  const modules = files.find((file) => file.endsWith("/baresip/modules"));
  const share = files.find((file) => file.endsWith("/share/baresip"));
  return `poll_method epoll
sip_listen ${host.includes(":") ? `[${host}]` : host}:${port}
net_interface ${host}
call_local_timeout ${ringSeconds}
rtp_ports ${port + RTP}-${port + RTP + RTP_PORTS}
audio_path ${share}
module_path ${modules}
audio_source aufile,${folder}/silence.wav
audio_player aubridge,speaker
audio_alert aubridge,alert
module stdio.so
module g711.so
module aufile.so
module aubridge.so
module_app account.so
module_app contact.so
module_app menu.so
module_app mwi.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${port + CONTROL}
`;
}

function account(options: BaresipOptions): string {
  const { user, secret = SECRET, registrar, transport = "udp", registerSeconds = 300, mwi = false } = options;
  const settings = [
    `auth_user=${user}`,
    `auth_pass=${secret}`,
    `answermode=${options.answers ?? "manual"}`,
    `mwi=${mwi ? "yes" : "no"}`,
    ...registrar === undefined
      ? ["regint=0"]
      : [`outbound="sip:${registrar};transport=${transport}"`, `regint=${registerSeconds}`],
  ];
  const domain = registrar === undefined ? "127.0.0.1" : "phones.test";
  return `<sip:${user}@${domain};transport=${transport}>;${settings.join(";")}`;
}
