/**
 * Frames: four bytes of length, most significant first, then a JSON array of messages in UTF-8.
 *
 * @module
 */

import { parseJson } from "../core/contract/exact_json.ts";

/** The longest body of a frame in bytes. */
export const FRAME_LIMIT = 1_048_576;

/**
 * The longest message in UTF-16 units of its JSON: at three bytes a unit it fits a frame together with what is batched
 * before it.
 */
export const MESSAGE_LIMIT = FRAME_LIMIT / 4;

const BATCH_LIMIT = Math.floor(FRAME_LIMIT / 3) - 2;
const HEADER_BYTES = 4;

/** Says that bytes from the other side are not frames. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/**
 * Batches messages: all that are sent within one microtask leave in one frame, so that a burst costs one write.
 *
 * @example Two messages, one frame
 * ```ts
 * import { FrameReader, FrameWriter } from "./frames.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * const reader = new FrameReader();
 * const writer = new FrameWriter((frame) => deepEqual([...reader.push(frame)], [[{ n: 1 }, { n: 2 }]]));
 * writer.send({ n: 1 });
 * writer.send({ n: 2 });
 * writer.flush();
 * ```
 */
export class FrameWriter {
  readonly #encoder = new TextEncoder();
  readonly #write: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly #later: (flush: () => void) => void;
  #batch = "";

  /**
   * @param write Takes each frame; it is called with a buffer of its own every time.
   * @param later When a batch leaves: after this microtask, if left out.
   */
  constructor(write: (frame: Uint8Array<ArrayBuffer>) => void, later: (flush: () => void) => void = queueMicrotask) {
    this.#later = later;
    this.#write = write;
  }

  /**
   * Puts a message into the batch.
   *
   * @throws {RangeError} If its JSON is longer than {@linkcode MESSAGE_LIMIT}; nothing is sent then.
   */
  send(message: object): void {
    const json = JSON.stringify(message);
    if (json.length > MESSAGE_LIMIT) {
      throw new RangeError(
        `Cannot send a message of ${json.length} characters between the host and a plugin: at most ${MESSAGE_LIMIT} fit`,
      );
    }
    if (this.#batch.length + json.length >= BATCH_LIMIT) this.flush();
    if (this.#batch === "") {
      this.#batch = json;
      this.#later(() => this.flush());
    } else {
      this.#batch += "," + json;
    }
  }

  /** Writes the batch now. */
  flush(): void {
    if (this.#batch === "") return;
    const body = this.#encoder.encode(`[${this.#batch}]`);
    this.#batch = "";
    const frame = new Uint8Array(HEADER_BYTES + body.length);
    new DataView(frame.buffer).setUint32(0, body.length);
    frame.set(body, HEADER_BYTES);
    this.#write(frame);
  }
}

/** Takes bytes as they come and gives the messages of each whole frame. */
export class FrameReader {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  /** The beginning of a frame: as large as that frame, so that small pieces are not copied again and again. */
  #rest = new Uint8Array(HEADER_BYTES);
  #held = 0;
  /** How many bytes must be held before there is anything to read. */
  #needed = HEADER_BYTES;

  /**
   * Gives the messages of every frame that the bytes complete. The bytes are copied where they must be kept.
   *
   * @throws {FrameError} If a length is over {@linkcode FRAME_LIMIT} or a body is not a JSON array with something in
   * it; nothing after it can be read.
   */
  *push(bytes: Uint8Array): Generator<unknown[]> {
    if (this.#held + bytes.length < this.#needed) return this.#keep(bytes);
    const buffer = this.#join(bytes);
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    let offset = 0;
    this.#needed = HEADER_BYTES;
    while (buffer.length - offset >= HEADER_BYTES) {
      const length = view.getUint32(offset);
      if (length > FRAME_LIMIT) throw new FrameError(`a frame of ${length} bytes; at most ${FRAME_LIMIT} are allowed`);
      const end = offset + HEADER_BYTES + length;
      if (end > buffer.length) {
        this.#needed = HEADER_BYTES + length;
        break;
      }
      yield this.#messages(buffer.subarray(offset + HEADER_BYTES, end));
      offset = end;
    }
    if (offset < buffer.length) this.#keep(buffer.subarray(offset));
  }

  #keep(piece: Uint8Array): void {
    if (this.#rest.length < this.#needed) {
      const larger = new Uint8Array(this.#needed);
      larger.set(this.#rest.subarray(0, this.#held));
      this.#rest = larger;
    }
    this.#rest.set(piece, this.#held);
    this.#held += piece.length;
  }

  /** Everything that is held and the bytes after it; nothing is held any more. */
  #join(bytes: Uint8Array): Uint8Array {
    if (this.#held === 0) return bytes;
    const joined = new Uint8Array(this.#held + bytes.length);
    joined.set(this.#rest.subarray(0, this.#held));
    joined.set(bytes, this.#held);
    this.#held = 0;
    return joined;
  }

  #messages(body: Uint8Array): unknown[] {
    let messages: unknown;
    try {
      // What would be changed is none of the numbers that the check of a message takes.
      messages = parseJson(this.#decoder.decode(body));
    } catch (error) {
      throw new FrameError("a frame whose body is not JSON in UTF-8", { cause: error });
    }
    if (!Array.isArray(messages) || messages.length === 0) {
      throw new FrameError("a frame whose body is not an array of messages");
    }
    return messages;
  }
}
