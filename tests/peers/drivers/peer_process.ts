/**
 * A peer's process, and what it prints.
 *
 * @module
 */
import { Heard } from "./heard.ts";

/** A process that runs. The end of its block kills it, if it has not ended. */
export interface PeerProcess extends AsyncDisposable {
  /** Its lines, of standard output and standard error as they come. */
  readonly printed: Heard<string>;
  /** Resolves when it has ended and all that it printed has been heard. */
  readonly ended: Promise<Deno.CommandStatus>;
  /** Writes a line to its standard input. */
  write(line: string): Promise<void>;
  /** Sends it a signal, SIGKILL by default, and waits for its end. */
  end(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** Starts a peer. */
export function startPeer(
  program: string,
  options: { args: readonly string[]; env?: Record<string, string>; cwd?: string },
): PeerProcess {
  const child = new Deno.Command(program, {
    args: [...options.args],
    ...(options.env && { env: options.env }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    // Left open: a baresip that has nothing to read from shows no texts.
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const printed = new Heard<string>(program);
  const reading = [child.stdout, child.stderr].map((stream) => forEachLine(stream, (line) => printed.push(line)));
  const ended = child.status.then(async (status) => {
    await Promise.all(reading);
    await input.abort().catch(() => {});
    printed.end(`it ended with ${status.signal ?? status.code}`);
    return status;
  });
  const end = (signal: Deno.Signal = "SIGKILL") => {
    try {
      child.kill(signal);
    } catch (error) {
      // It has ended already, which is what is wanted.
      if (!(error instanceof TypeError)) throw error;
    }
    return ended;
  };
  return {
    printed,
    ended,
    write: (line) => input.write(new TextEncoder().encode(`${line}\n`)),
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

/** Hands each line of a stream of text on, the last one too if nothing ends it. */
export async function forEachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
