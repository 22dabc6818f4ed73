/**
 * The display of a phone, shown by texts: it holds what the phone has taken.
 *
 * @module
 */
import type { DriverParameters } from "switchroom/plugin";
import { RequestRefused } from "../lib/dialog/mod.ts";
import type { Contacts } from "./contacts.ts";
import { Display, type DisplaySize } from "./display.ts";

/** What a screen is made of. */
export interface ScreenOptions {
  size: DisplaySize;
  /** How many bytes of a text the phone shows at most, if that is known. */
  mostBytes?: number;
  contacts: Pick<Contacts, "request">;
}

export class Screen {
  readonly #options: ScreenOptions;
  #display: Display;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#display = new Display(options.size);
  }

  /** A text for each row. */
  get rows(): string[] {
    return this.#display.rows;
  }

  /**
   * Writes on it, one text at a time; fulfilled when the phone has taken the text.
   *
   * @throws {RequestRefused} What the phone says against it.
   */
  async write(params: DriverParameters["setDisplay"], signal: AbortSignal): Promise<void> {
    const display = this.#display.write(params);
    const body = new TextEncoder().encode(display.message);
    const { contacts, mostBytes = Infinity } = this.#options;
    if (body.length > mostBytes) throw tooLong(body.length, mostBytes);
    await contacts.request({
      method: "MESSAGE",
      headers: [["Content-Type", "text/plain;charset=UTF-8"]],
      body,
      signal,
    });
    this.#display = display;
  }
}

/** A phone that shows nothing of such a text might answer 200 all the same. */
function tooLong(bytes: number, mostBytes: number): RequestRefused {
  const reason =
    `Message Too Large: ${bytes} bytes, of which this phone shows ${mostBytes} (bytes of its display); shorten the text`;
  return new RequestRefused({ status: 513, reason });
}
