/**
 * What a process prints, while it prints it.
 *
 * @module
 */

/** What a process prints. */
export interface Printed {
  /** Whether the process has ended and all that it printed is here. */
  readonly ended: boolean;
  /** All so far, the pipes mixed as they came. */
  text(): string;
  /** The first group of the first match; rejects if the process ends without one. */
  match(pattern: RegExp): Promise<string>;
  /** To be called when the process has ended. */
  end(): Promise<void>;
}

/** Collects what a process prints to these pipes. */
export function collect(streams: ReadableStream<Uint8Array<ArrayBuffer>>[]): Printed {
  let text = "";
  let ended = false;
  let look = () => {};
  const abandon = new AbortController();
  const reading = streams.map((stream) =>
    stream.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write(chunk) {
          text += chunk;
          look();
        },
      }),
      { signal: abandon.signal },
    )
  );
  return {
    get ended() {
      return ended;
    },
    text: () => text,
    match(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      look = () => {
        const [, found] = pattern.exec(text) ?? [];
        if (found !== undefined) resolve(found);
        else if (ended) reject(new Error(`The server ended without printing ${pattern}\n${text}`));
      };
      look();
      return promise;
    },
    async end() {
      // A process that a killed server left behind may hold the pipes open: what matters is there by then.
      const timer = setTimeout(() => abandon.abort(), 1_000);
      await Promise.allSettled(reading);
      clearTimeout(timer);
      ended = true;
      look();
    },
  };
}
