/**
 * Checkpoints in a file, one a line.
 *
 * @module
 */
import { writeAll } from "../tools/mod.ts";
import { jsonLine, type Target } from "./target.ts";

const LINE_FEED = 10;

/**
 * Appends checkpoints to a file, each on disk before the next. It is opened anew each time, so that it may be moved away
 * while the server runs.
 */
export function fileTarget(path: string): Target {
  return {
    name: "file",
    async send(checkpoint) {
      using file = await Deno.open(path, { read: true, append: true, create: true });
      const { size } = await file.stat();
      // A power cut may have left a piece of a line.
      const before = size === 0 || await lastByte(file) === LINE_FEED ? "" : "\n";
      const bytes = new TextEncoder().encode(before + jsonLine(checkpoint));
      try {
        await writeAll(file, bytes);
        await file.sync();
      } catch (error) {
        // A full disk takes a part of a line; with the next one behind it, it would be no JSON. What was given up on a
        // disk that did not answer may have a later line behind it: that stays.
        const { size: now } = await file.stat();
        if (now <= size + bytes.length) await file.truncate(size).catch(() => {});
        throw error;
      }
    },
  };
}

async function lastByte(file: Deno.FsFile): Promise<number | undefined> {
  const byte = new Uint8Array(1);
  await file.seek(-1, Deno.SeekMode.End);
  await file.read(byte);
  return byte[0];
}
