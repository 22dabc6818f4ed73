/**
 * Making a phone read its own configuration anew: the one thing that can be written to it.
 *
 * @module
 */
import { PhoneError } from "switchroom/plugin";
import type { Header } from "../lib/message/mod.ts";

/** The data area that takes it: the first, and there is no other. */
const CHECK_SYNC_AREA = 0;

const TEXTS = ["reboot=true", "reboot=false"];

/** Bytes that area takes: the longer of the two texts that mean something. */
export const CHECK_SYNC_BYTES = Math.max(...TEXTS.map(({ length }) => length));

/**
 * The headers of the NOTIFY that the contents of the data area stand for.
 *
 * @throws {PhoneError} `OPERATIONFAILED` if they stand for none; the message says which do.
 */
export function checkSyncHeaders(data: Uint8Array): Header[] {
  const text = new TextDecoder().decode(data);
  if (!TEXTS.includes(text)) {
    throw new PhoneError(
      "OPERATIONFAILED",
      `Data area ${CHECK_SYNC_AREA} takes ${TEXTS.join(" or ")}, and nothing else`,
    );
  }
  return [["Event", `check-sync;${text}`], ["Subscription-State", "terminated;reason=noresource"]];
}
