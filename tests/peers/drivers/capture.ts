/**
 * Everything that goes over a network namespace's loopback, as a foreign program reads it: tshark.
 *
 * @module
 */
import { retry } from "@std/async/retry";
import { createSocket } from "node:dgram";
import { startPeer } from "./peer_process.ts";

/** One packet. */
export interface Packet {
  /** Its number in the capture. */
  number: number;
  /** What it was read as, such as `["ip", "udp", "sip", "sdp"]`. */
  protocols: string[];
  /** A request's method. */
  method?: string;
  /** A response's status. */
  status?: number;
  /** What is wrong with it, in the reader's words; retransmissions are not. */
  faults: string[];
}

/** A capture that goes on. The end of its block ends it. */
export interface Capture extends AsyncDisposable {
  /**
   * Reads what was captured so far and fits a display filter of Wireshark's.
   *
   * @param options.rtpPorts Which UDP ports carry RTP, such as `20000-20098`.
   */
  read(filter: string, options: { rtpPorts: string }): Promise<Packet[]>;
}

/** The discard port: nobody listens there, and no phone sends to it. */
const MARK_PORT = 9;
const FIELDS = ["frame.number", "frame.protocols", "sip.Method", "sip.Status-Code", "_ws.expert.message"];
/** What every SIP message must have been read to have: the reader is lenient, and leaves out what it does not understand. */
const NEEDED = [
  "sip.Via.sent-by.address",
  "sip.Via.branch",
  "sip.from.tag",
  "sip.to.host",
  "sip.Call-ID",
  "sip.CSeq.seq",
];
/** Said of what is well-formed: that it was sent before, and what TCP is told of its own doing. */
const HARMLESS = /^(?:Suspected resend of|Connection (?:establish|finish|reset)|This frame|Duplicate ACK|ACKed)/;

/** Begins to capture. */
export async function startCapture(): Promise<Capture> {
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_capture_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  const file = `${folder}/capture.pcapng`;
  // A large buffer: nothing may be missed.
  undo.use(startPeer("dumpcap", { args: ["-q", "-i", "lo", "-B", "64", "-w", file] }));
  await mark(file);
  const running = undo.move();
  return {
    async read(filter, { rtpPorts }) {
      await mark(file);
      const { success, stdout, stderr } = await new Deno.Command("tshark", {
        args: [
          ...["-r", file, "-d", `udp.port==${rtpPorts},rtp`, "-Y", filter, "-T", "fields", "-E", "aggregator=|"],
          ...[...FIELDS, ...NEEDED].flatMap((field) => ["-e", field]),
        ],
      }).output();
      const text = new TextDecoder();
      if (!success) throw new Error(`tshark cannot read the capture: ${text.decode(stderr)}`);
      return text.decode(stdout).split("\n").filter((line) => line !== "").map(packet);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Sends something that nobody else does until the file has it: then it has all that was sent before. */
async function mark(file: string): Promise<void> {
  const text = `switchroom mark ${crypto.randomUUID()}`;
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    await retry(async () => {
      socket.send(text, MARK_PORT, "127.0.0.1");
      const bytes = await Deno.readFile(file);
      if (!new TextDecoder("latin1").decode(bytes).includes(text)) throw new Error(`dumpcap has not written ${text}`);
    }, { minTimeout: 20, maxTimeout: 100, jitter: 0, maxAttempts: 200 });
  } finally {
    await new Promise<void>((resolve) => socket.close(resolve));
  }
}

function packet(line: string): Packet {
  const [number, protocols = "", method, status, expert = "", ...needed] = line.split("\t");
  const read = protocols.split(/[:|]/);
  const lacking = read.includes("sip") ? NEEDED.filter((_, i) => !needed[i]) : [];
  return {
    number: Number(number),
    protocols: read,
    ...method && { method },
    ...status && { status: Number(status) },
    faults: [
      ...expert.split("|").filter((words) => words !== "" && !HARMLESS.test(words)),
      ...lacking.map((field) => `${field} cannot be read`),
    ],
  };
}
