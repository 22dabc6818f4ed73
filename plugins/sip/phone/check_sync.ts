/**
 * Making a phone read its own configuration anew: the one thing that can be written to it.
 *
 * @module
 */
import { PhoneError } from "switchroom/plugin";
import type { Header } from "../lib/message/mod.ts";

const TEXTS = ["reboot=true", "reboot=false"];

/**
 * The headers of the NOTIFY that the contents of the data area stand for.
 *
 * @throws {PhoneError} `OPERATIONFAILED` if they stand for none; the message says which do.
 */
export function checkSyncHeaders(data: Uint8Array): Header[] {
  const text = new TextDecoder().decode(data);
  if (!TEXTS.includes(text)) {
    throw new PhoneError("OPERATIONFAILED", `Data area 0 takes ${TEXTS.join(" or ")}, and nothing else`);
  }
  return [["Event", `check-sync;${text}`], ["Subscription-State", "terminated;reason=noresource"]];
}
