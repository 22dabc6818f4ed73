/**
 * The emulator's process, and the hand that a test has in it.
 *
 * @module
 */
import { Heard } from "../../peers/drivers/heard.ts";
import { forEachLine } from "../../peers/drivers/peer_process.ts";

/** An emulator that runs. The end of its block ends it. */
export interface Emulator extends AsyncDisposable {
  /** Where the switch listens. */
  readonly port: number;
  /** Takes a hand in it. */
  hand(): Promise<Hand>;
}

/** A hand at the station and at the switch. */
export interface Hand extends AsyncDisposable {
  /** Does something, such as `call off`; resolves when it is done. */
  do(deed: string): Promise<void>;
  /** Waits until the switch is sent this line. */
  sent(line: string): Promise<void>;
}

/** Starts an emulator with one station. */
export async function startEmulator(extension: string): Promise<Emulator> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", new URL("./emulator.ts", import.meta.url).pathname, extension],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const [port = 0, hand = 0] = (await reader.read()).value?.split(" ").map(Number) ?? [];
  await reader.cancel();
  return {
    port,
    hand: () => takeHand(hand),
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
    },
  };
}

async function takeHand(port: number): Promise<Hand> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const heard = new Heard<string>("the emulator");
  const reading = forEachLine(connection.readable, (line) => heard.push(line)).catch(() => {});
  return {
    async do(deed) {
      await connection.write(new TextEncoder().encode(`${deed}\r\n`));
      await heard.next((line) => line === "done", { what: `that ${deed} is done` });
    },
    async sent(line) {
      await heard.next((told) => told === `< ${line}`, { what: line });
    },
    async [Symbol.asyncDispose]() {
      connection.close();
      await reading;
    },
  };
}
