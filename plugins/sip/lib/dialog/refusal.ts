/**
 * What a phone says against a request of ours, or what stands for its silence.
 *
 * @module
 */
import type { SipHeaders, SipResponse } from "../message/mod.ts";

/** The SIP status and words of a phone that said no, or what stands for its silence. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** A phone said no, or nothing. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  /** The SIP status; 408 and 503 also stand for silence and a broken transport, as RFC 3261 8.1.3.1 has it. */
  readonly status: number;
  /** What came with it. */
  readonly reason: string;
  /** What came with it beyond that (Retry-After, Warning …), where a phone sent it. */
  readonly headers: SipHeaders | undefined;

  /** @param response What was answered. */
  constructor({ status, reason, headers }: { status: number; reason: string; headers?: SipHeaders }) {
    super(`SIP ${status} ${reason}`);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}

/** What stands for an answer that never came, or for what kept us from asking. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof RequestRefused) return { status: error.status, reason: error.reason };
  return { status: 503, reason: messageOf(error) };
}

/**
 * What is left unconfirmed where a phone is asked to end something.
 *
 * @returns Why it has not, if it has not. Of what it does not know (481) it has nothing that could go on (RFC 3261
 * 15.1.1).
 */
export async function unconfirmedBy(ask: () => Promise<SipResponse>): Promise<Refusal | undefined> {
  try {
    const response = await ask();
    const { status, reason } = response;
    return isSuccess(response) || status === 481 ? undefined : { status, reason };
  } catch (error) {
    return refusalOf(error);
  }
}

/** What failed, for the log. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an answer is the good one. */
export function isSuccess({ status }: SipResponse): boolean {
  return status >= 200 && status < 300;
}

/** Whether an answer, or the lack of one, says that the other side knows the dialog no more (RFC 3261 12.2.1.2). */
export function endsDialog({ status }: { status: number }): boolean {
  return status === 481 || status === 408;
}
