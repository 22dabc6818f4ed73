/**
 * A plugin's process without a process: the test writes what it says, frame by frame or byte by byte.
 *
 * @module
 */
import { FrameReader, FrameWriter, type FromPlugin, type ToPlugin } from "../../../server/wire/mod.ts";

type Output = Deno.ChildProcess["stdout"];
type Bytes = Uint8Array<ArrayBuffer>;

/** See the module. */
export class LooseProcess implements Deno.ChildProcess {
  readonly pid = 0;
  readonly stdout: Output;
  readonly stderr: Output = readable(new ReadableStream({ start: (controller) => controller.close() }));
  readonly stdin: WritableStream<Bytes>;
  readonly status: Promise<Deno.CommandStatus>;
  readonly #ended = Promise.withResolvers<Deno.CommandStatus>();
  readonly #said = new TransformStream<Bytes, Bytes>(undefined, undefined, { highWaterMark: Infinity });
  readonly #writer = this.#said.writable.getWriter();

  /** @param heard Takes each message of the host. */
  constructor(heard: (message: ToPlugin) => void) {
    this.status = this.#ended.promise;
    this.stdout = readable(this.#said.readable);
    const reader = new FrameReader();
    this.stdin = new WritableStream({
      write(bytes) {
        for (const messages of reader.push(bytes)) for (const message of messages) heard(message as ToPlugin);
      },
    });
  }

  /** Writes messages as a plugin does. */
  say(...messages: FromPlugin[]): void {
    const writer = new FrameWriter((frame) => this.write(frame));
    for (const message of messages) writer.send(message);
    writer.flush();
  }

  /** Writes bytes. */
  write(bytes: Bytes): void {
    // Once it is killed nobody reads.
    this.#writer.write(bytes).catch(() => {});
  }

  /** Ends by itself, orderly. */
  end(): void {
    this.#finish({ success: true, code: 0, signal: null });
  }

  kill(signal: Deno.Signal = "SIGTERM"): void {
    this.#finish({ success: false, code: 137, signal });
  }

  async output(): Promise<Deno.CommandOutput> {
    const [status, stdout, stderr] = await Promise.all([this.status, this.stdout.bytes(), this.stderr.bytes()]);
    return { ...status, stdout, stderr };
  }

  ref(): void {}

  unref(): void {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.status;
  }

  #finish(status: Deno.CommandStatus): void {
    this.#writer.close().catch(() => {});
    this.#ended.resolve(status);
  }
}

function readable(stream: ReadableStream<Bytes>): Output {
  const whole = () => new Response(stream);
  return Object.assign(stream, {
    arrayBuffer: () => whole().arrayBuffer(),
    bytes: () => whole().bytes(),
    json: () => whole().json(),
    text: () => whole().text(),
  });
}
