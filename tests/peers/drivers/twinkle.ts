/**
 * twinkle-console: a desk softphone without its window, driven over its standard input.
 *
 * @module
 */
import { type PeerProcess, startPeer } from "./peer_process.ts";
import { SECRET } from "./secret.ts";

/** How a twinkle is set up. */
export interface TwinkleOptions {
  /** Its port for SIP. */
  port: number;
  /** Its account. */
  user: string;
  /** Where it registers, `HOST:PORT`. */
  registrar: string;
  /** How its messages go; UDP if left out. */
  transport?: "udp" | "tcp";
  /** How long it rings before it gives that up, seconds. */
  ringSeconds?: number;
}

/** A twinkle that runs. The end of its block kills it. */
export interface Twinkle extends AsyncDisposable {
  /** Its process: all that it tells is what it prints. */
  readonly process: PeerProcess;
  /** Waits for the next line that it prints which has this. */
  next(words: RegExp): Promise<string>;
  /** Gives it a command, such as `answer`, `bye`, `dtmf 5`. That it has done it is told by what it prints. */
  command(text: string): Promise<void>;
}

/** How far above its port for SIP that for RTP is. */
const RTP = 5_000;

/** Starts a twinkle, and waits until it has registered. */
export async function startTwinkle(options: TwinkleOptions): Promise<Twinkle> {
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_twinkle_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.mkdir(`${folder}/.twinkle`);
  await Deno.writeTextFile(`${folder}/.twinkle/twinkle.sys`, system(options));
  await Deno.writeTextFile(`${folder}/.twinkle/twinkle.cfg`, profile(options));
  const process = undo.use(startPeer("twinkle-console", { args: [], env: { HOME: folder } }));
  const next = (words: RegExp) => process.printed.next((line) => words.test(line), { what: `${words}` });
  await next(/registration succeeded/);
  const running = undo.move();
  return {
    process,
    next,
    command: (text) => process.write(text),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** ALSA's null device: without a sound card it answers no call otherwise. */
function system({ port }: TwinkleOptions): string {
  return `dev_ringtone=alsa:null
dev_speaker=alsa:null
dev_mic=alsa:null
validate_audio_dev=no
play_ringtone=no
play_ringback=no
sip_port=${port}
rtp_port=${port + RTP}
`;
}

/** Addresses for every name: it asks a name server for those that it does not know. */
function profile({ user, registrar, transport = "udp", ringSeconds = 30 }: TwinkleOptions): string {
  return `user_name=${user}
user_domain=127.0.0.1
auth_name=${user}
auth_pass=${SECRET}
registrar=${registrar}
outbound_proxy=${registrar}
sip_transport=${transport}
timer_noanswer=${ringSeconds}
`;
}
