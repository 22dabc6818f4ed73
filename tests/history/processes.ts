/**
 * Runs a module of these tests as a process of its own.
 *
 * @module
 */

/** A running module: its output line by line, and its death. */
export interface RunningModule {
  /** The lines of its output, to the last whole one. */
  lines: AsyncIterableIterator<string>;
  /** Ends it without a chance to tidy up, and waits for that. Gives what it had said and nobody had read. */
  kill(): Promise<string[]>;
}

/** The whole lines of a stream of bytes. */
async function* linesOf(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/**
 * The signal that a file has grown too large is ignored, so that the write fails as on a full disk instead of ending
 * the process.
 */
const LIMITED = 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"';

/**
 * Starts a module that lies beside this one.
 *
 * @param options.fileBlocks How large its files may grow, in blocks of 512 bytes: a disk that is full for this process
 * alone.
 */
export function runModule(name: string, options: { args: string[]; fileBlocks?: number }): RunningModule {
  const command = [
    Deno.execPath(),
    "run",
    "--no-prompt",
    "--no-check",
    "--allow-read",
    "--allow-write",
    "--allow-env=SWITCHROOM_COMMITS",
    new URL(name, import.meta.url).href,
    ...options.args,
  ];
  const limited = options.fileBlocks === undefined ? [] : ["sh", "-c", LIMITED, "sh", String(options.fileBlocks)];
  const [program = "", ...args] = [...limited, ...command];
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const lines = linesOf(child.stdout);
  return {
    lines,
    async kill() {
      child.kill("SIGKILL");
      const rest = await Array.fromAsync(lines);
      await child.stdin.abort().catch(() => {});
      await child.status;
      return rest;
    },
  };
}
