/**
 * Lines of a stream of text, of bounded length.
 *
 * @module
 */
import { TEXT_LIMIT } from "../plugin/wire.ts";

/** Hands every line to a function, until the stream ends or is cancelled. A line longer than a log line is cut and its rest dropped. */
export async function readLines(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let line = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const [first = "", ...others] = decoder.decode(read.value, { stream: true }).split("\n");
    line += first.slice(0, TEXT_LIMIT - line.length);
    for (const next of others) {
      take(line);
      line = next.slice(0, TEXT_LIMIT);
    }
  }
  if (line !== "") take(line);
}
