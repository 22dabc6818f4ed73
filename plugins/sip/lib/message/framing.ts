/**
 * A stream of bytes into messages, by Content-Length (RFC 3261 18.3).
 *
 * @module
 */
import { contentLength, CR, endOfHead, headText, LF, nameAndValue, unfold } from "./head.ts";
import { MalformedMessage, MESSAGE_BOUNDS, type MessageBounds } from "./message.ts";
import { salvageRequest } from "./salvage.ts";

const NUL = 0;
const EMPTY = new Uint8Array(0);
const LEAST_BUFFER = 1_024;

/** What came whole. */
export interface Split {
  /** Messages for `parseMessage`, each with bytes of its own. */
  messages: Uint8Array[];
  /** Double line breaks between messages: each wants one line break as its pong (RFC 5626 4.4.1). */
  pings: number;
  /**
   * What ends the stream, for nothing after it can be told apart: a message too large, or one without a Content-Length
   * that can be read. There is no use in more bytes then.
   */
  fault?: MalformedMessage;
}

/** Takes the bytes of one connection as they come. What waits is never more than one message of the bounds. */
export class MessageSplitter {
  readonly #bounds: MessageBounds;
  #buffer = EMPTY;
  #start = 0;
  #end = 0;
  /** How far the head has been looked through, so that bytes that come one by one are not looked at again and again. */
  #looked = 0;
  /** Bytes of the message that has begun, once its head is there. */
  #length: number | undefined;
  #lineBreaks = 0;

  /** @param bounds How much one message may be. */
  constructor(bounds: MessageBounds = MESSAGE_BOUNDS) {
    this.#bounds = bounds;
  }

  /** Gives what the bytes complete. */
  push(bytes: Uint8Array): Split {
    this.#append(bytes);
    const messages: Uint8Array[] = [];
    let pings = 0;
    for (;;) {
      if (this.#length === undefined) pings += this.#skipBetween();
      try {
        this.#length ??= this.#readLength();
      } catch (error) {
        if (!(error instanceof MalformedMessage)) throw error;
        return { messages, pings, fault: this.#answerable(error) };
      }
      if (this.#length === undefined || this.#length > this.#end - this.#start) break;
      messages.push(this.#buffer.slice(this.#start, this.#start + this.#length));
      this.#start += this.#length;
      this.#looked = this.#start;
      this.#length = undefined;
    }
    if (this.#start === this.#end) this.#release();
    return { messages, pings };
  }

  #append(bytes: Uint8Array): void {
    const waiting = this.#end - this.#start;
    if (this.#end + bytes.length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(2 * (waiting + bytes.length), LEAST_BUFFER));
      larger.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = larger;
      this.#looked -= this.#start;
      this.#start = 0;
      this.#end = waiting;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #release(): void {
    this.#buffer = EMPTY;
    this.#start = this.#end = this.#looked = 0;
  }

  #answerable({ status, reason }: MalformedMessage): MalformedMessage {
    const begun = this.#buffer.subarray(this.#start, this.#end);
    return new MalformedMessage(status, reason, { request: salvageRequest(begun, this.#bounds) });
  }

  /** Line breaks, and NULs that some phones keep a connection open with. */
  #skipBetween(): number {
    let pings = 0;
    for (;;) {
      if (this.#start < this.#end && this.#buffer[this.#start] === NUL) {
        this.#start++;
        continue;
      }
      if (this.#end - this.#start < 2) break;
      if (this.#buffer[this.#start] !== CR || this.#buffer[this.#start + 1] !== LF) break;
      this.#start += 2;
      this.#lineBreaks = (this.#lineBreaks + 1) % 2;
      if (this.#lineBreaks === 0) pings++;
    }
    this.#looked = Math.max(this.#looked, this.#start);
    return pings;
  }

  /** The length of the message that has begun; `undefined` as long as its head is not whole. */
  #readLength(): number | undefined {
    const waiting = this.#buffer.subarray(0, this.#end);
    const end = endOfHead(waiting, Math.max(this.#start, this.#looked - 3));
    this.#looked = this.#end;
    if (end < 0) {
      if (this.#end - this.#start > this.#bounds.mostBytes) throw new MalformedMessage(513, "Message Too Large");
      return undefined;
    }
    this.#lineBreaks = 0;
    const lines = unfold(headText(waiting.subarray(this.#start, end)));
    const body = contentLength(lines.map(nameAndValue).filter((header) => header !== undefined));
    if (body === undefined) throw new MalformedMessage(400, "Content-Length is missing");
    const length = end - this.#start + body;
    if (length > this.#bounds.mostBytes) throw new MalformedMessage(513, "Message Too Large");
    return length;
  }
}
