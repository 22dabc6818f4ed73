/**
 * A dialog whose messages a test writes itself, also those that no user agent should send.
 *
 * @module
 */
import { Dialog } from "../../../../../plugins/sip/lib/dialog/mod.ts";
import { responseTo, type SipRequest, type SipResponse } from "../../../../../plugins/sip/lib/message/mod.ts";
import type { ServerTransaction } from "../../../../../plugins/sip/lib/transaction/mod.ts";
import { type Party, peerOf } from "./party.ts";

/** Headers and a body. */
export interface Extra {
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string;
}

/** A description of a phone: one audio section. */
export function sdp(...lines: string[]): string {
  const session = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"];
  return [...session, "m=audio 4000 RTP/AVP 0", ...lines, ""].join("\r\n");
}

/** What says that a body is a description. */
export const SDP_TYPE = ["Content-Type", "application/sdp"] as const;

/** A phone in one dialog, by hand. */
export class RawDialog {
  readonly #dialog: Dialog;
  readonly #party: Party;
  readonly #to: Party;

  constructor(dialog: Dialog, { party, to }: { party: Party; to: Party }) {
    this.#dialog = dialog;
    this.#party = party;
    this.#to = to;
  }

  /** Answers an INVITE by 200. */
  static answer(
    invite: ServerTransaction,
    { party, to, headers = [], body = sdp() }: Extra & { party: Party; to: Party },
  ): RawDialog {
    const dialog = Dialog.ofRequest(invite.request, { localTag: "raw", peer: peerOf(to) });
    const said = [["Contact", `<sip:raw@127.0.0.1:${party.port}>`] as const, SDP_TYPE, ...headers];
    invite.respond(
      responseTo(invite.request, 200, { toTag: "raw", headers: said, body: new TextEncoder().encode(body) }),
    );
    return new RawDialog(dialog, { party, to });
  }

  /** The next request, unsent. */
  make(method: string, { headers = [], body = "" }: Extra = {}): SipRequest {
    const usual = [["Contact", `<sip:raw@127.0.0.1:${this.#party.port}>`] as const, ...(body === "" ? [] : [SDP_TYPE])];
    const said = [...usual.filter(([name]) => !headers.some(([given]) => given === name)), ...headers];
    return this.#dialog.request(method, { headers: said, body: new TextEncoder().encode(body) });
  }

  /** Sends a request other than INVITE. */
  request(method: string, extra: Extra = {}): Promise<SipResponse> {
    return this.#party.endpoint.request(this.make(method, extra), { to: peerOf(this.#to) });
  }

  /** Sends a re-INVITE, and acknowledges a 2xx. */
  async invite({ ack, ...extra }: Extra & { ack?: string | false } = {}): Promise<SipResponse> {
    const request = this.make("INVITE", extra);
    const response = await this.#party.endpoint.invite(request, { to: peerOf(this.#to), onProvisional() {} }).final;
    if (response.status < 300 && ack !== false) {
      this.#party.endpoint.acknowledge(
        this.#dialog.acknowledgement(request, new TextEncoder().encode(ack ?? "")),
        peerOf(this.#to),
      );
    }
    return response;
  }
}

/** The body of a message as text. */
export function textOf({ body }: { body: Uint8Array }): string {
  return new TextDecoder().decode(body);
}

/** A body of several parts, each with its own headers and an empty line. */
export function parts(boundary: string, ...entities: string[]): string {
  return `${entities.map((entity) => `--${boundary}\r\n${entity}\r\n`).join("")}--${boundary}--\r\n`;
}
