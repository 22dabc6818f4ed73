/**
 * A switch for tests: one station of a JPBX, as its manual and its sources have what it speaks, and none of calls,
 * agents and queues but what a phone notices of them. The real one, a program for Windows, was never asked.
 *
 * `emulator.ts EXTENSION` prints two ports, that of the switch and that of the hand. Who connects to the second is told
 * each line that the switch is sent, after `<`, and says by lines what happens at the station: see `DEEDS`. Each is
 * answered `done`.
 *
 * @module
 */
import { forEachLine } from "../../peers/drivers/peer_process.ts";

const [extension = "1001"] = Deno.args;

const hands = new Set<Deno.Conn>();
/** Everybody who is connected to the switch, and whether the station's events are theirs. */
const clients = new Map<Deno.Conn, boolean>();
const station = { agent: true, call: true };
/** The answers that are held back; undefined while they are given at once. */
let held: (() => void)[] | undefined;

/** Does what a command says; gives the number of the error, if it is refused. */
function obey(client: Deno.Conn, [code, of, value = ""]: string[]): string | undefined {
  if (code === "LO" && of === extension) return void clients.set(client, true);
  if (code === "LO") return "0001";
  if (!clients.get(client)) return "0009";
  if (!station.agent) return "0005";
  if (!station.call) return "0007";
  if (code === "SPH") return tell(`PHC;${extension};${value === "0" ? "M" : "F"}`);
  const [event, least] = code === "SPV" ? ["PVC", 0] : ["PGC", 0x100];
  return Number(value) >= least && Number(value) <= 0xffff ? tell(`${event};${extension};${value}`) : "0003";
}

/** What happens at the station, or to the switch. */
const DEEDS: Record<string, (words: string) => void> = {
  /** An agent logs on, or off. */
  agent: (word) => station.agent = word === "on",
  /** A call is connected, or there is none. */
  call: (word) => station.call = word === "on",
  /** The switch says something by itself. */
  say: tell,
  /** Its answers are held back from here on. */
  hold: () => held = [],
  /** They are given, and those to come at once. */
  answer: () => {
    const all = held ?? [];
    held = undefined;
    for (const give of all) give();
  },
  /** The switch goes away. */
  leave: () => {
    listener.close();
    for (const client of clients.keys()) client.close();
  },
  /** And is back. */
  back: () => listener = listen(listener.addr.port, { serve }),
};

async function serve(client: Deno.Conn): Promise<void> {
  clients.set(client, false);
  await forEachLine(client.readable, (line) => {
    for (const hand of hands) send(hand, `< ${line}`);
    const words = line.split(";");
    const error = obey(client, words);
    const answer = error === undefined ? `ACK;${words[0]};${words[1]};0;` : `NAK;${words[0]};${words[1]};${error}`;
    if (held) held.push(() => send(client, answer));
    else send(client, answer);
  }).catch(() => {});
  clients.delete(client);
}

async function follow(hand: Deno.Conn): Promise<void> {
  hands.add(hand);
  await forEachLine(hand.readable, (line) => {
    const [, name = "", words = ""] = /^(\w+) ?(.*)$/.exec(line) ?? [];
    DEEDS[name]?.(words);
    send(hand, "done");
  }).catch(() => {});
  hands.delete(hand);
}

function tell(line: string): undefined {
  for (const [client, loggedOn] of clients) if (loggedOn) send(client, line);
}

function send(to: Deno.Conn, line: string): void {
  to.write(new TextEncoder().encode(`${line}\r\n`)).catch(() => {});
}

function listen(port: number, { serve }: { serve: (connection: Deno.Conn) => Promise<void> }): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  void (async () => {
    for await (const connection of listener) void serve(connection);
  })();
  return listener;
}

let listener = listen(0, { serve });
console.log(listener.addr.port, listen(0, { serve: follow }).addr.port);
