/**
 * Calls that phones begin (RFC 3261 13.3).
 *
 * @module
 */
import { type Caller, contact, Dialog, messageOf, refusesAtOnce, reply } from "../dialog/mod.ts";
import type { Credentials } from "../digest/mod.ts";
import { MalformedMessage, newToken, parseUri, reasonOf } from "../message/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import { peerText } from "../transport/mod.ts";
import { earlyDialog } from "./early_dialog.ts";
import { type CallContext, openMedia } from "./offer_answer.ts";
import { PhoneCall } from "./phone_call.ts";
import { Session } from "./session.ts";

/** Takes a call. What becomes of it, its promises tell. */
export function takeCall(
  agent: CallContext,
  { transaction, credentials, currentPeer }: Caller & { transaction: ServerTransaction },
): PhoneCall {
  const call = new PhoneCall(transaction.request.headers.get("Call-ID") ?? "");
  const toTag = newToken();
  const refuse = (status: number, reason = reasonOf(status)) => {
    reply(agent, { transaction, status, reason, toTag });
    call.progress.end({ by: call.endingBy ?? "us", status, reason });
  };
  if (refusesAtOnce(agent, transaction)) {
    call.progress.end({ by: "us", status: 420, reason: reasonOf(420) });
    return call;
  }
  try {
    const dialog = Dialog.ofRequest(transaction.request, { localTag: toTag, peer: transaction.from, currentPeer });
    answer(agent, { transaction, credentials, call, dialog, refuse }).catch((error) => {
      agent.dialogs.delete(dialog);
      refuse(503, `${reasonOf(503)}: ${messageOf(error)}`);
    });
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    agent.log(`Refused INVITE of ${peerText(transaction.from)}: ${error.status} ${error.reason}`);
    refuse(error.status, error.reason);
  }
  return call;
}

/**
 * Goes through the call.
 *
 * @throws What keeps it from being answered: no RTP port, no address of ours that reaches the phone.
 */
async function answer(agent: CallContext, { transaction, credentials, call, dialog, refuse }: {
  transaction: ServerTransaction;
  credentials: Credentials | undefined;
  call: PhoneCall;
  dialog: Dialog;
  refuse(status: number, reason?: string): void;
}): Promise<void> {
  const { from: peer, request } = transaction;
  const toTag = dialog.localTag;
  const { user } = parseUri(request.uri);
  agent.dialogs.set(dialog, earlyDialog(agent, { call, other: dialog.other }));
  transaction.cancelled.addEventListener("abort", () => call.end("phone"), { once: true });
  call.progress.ring();
  reply(agent, { transaction, status: 180, toTag, headers: [contact(agent, { peer, user })] });
  const media = await openMedia(agent, { peer, call });
  if (call.endingBy) {
    agent.dialogs.delete(dialog);
    await media.close();
    return refuse(call.endingBy === "us" ? 603 : 487);
  }
  const session = new Session({ agent, dialog, media, user, credentials, ours: false }, {
    onDigit: (digit) => call.onDigit?.(digit),
    onEnd: (end) => call.progress.end(end),
  });
  call.askAgain = () => session.sendBye();
  const status = session.reinvites.receive(transaction, { toTag });
  if (status !== 200) return session.end({ by: "us", status, reason: reasonOf(status) });
  // RFC 3261 15: whoever was called says no BYE before the ACK; without one the session leaves by itself.
  await transaction.acknowledged.then(() => call.begin(session), () => {});
}
