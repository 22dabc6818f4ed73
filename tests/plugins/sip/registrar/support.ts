/**
 * A registrar without a network, and what phones say to it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isRequest, parseMessage, type SipRequest, type SipResponse } from "../../../../plugins/sip/lib/message/mod.ts";
import type { ServerTransaction } from "../../../../plugins/sip/lib/transaction/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import {
  type Binding,
  type BindingChange,
  DEFAULT_REGISTRAR_BOUNDS,
  openRegistrar,
  type RegistrarOptions,
} from "../../../../plugins/sip/registrar/mod.ts";
import { answer, type PhoneAnswer } from "../digest/support.ts";
import { HandClock } from "../support/hand_clock.ts";

/** Where the phone of the tests is. */
export const PHONE: Peer = { transport: "udp", host: "192.0.2.20", port: 5070 };

/** What a phone sends. */
export interface Said {
  method?: string;
  uri?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: number;
  branch?: string;
  /** Lines that come after the usual ones. */
  lines?: string[];
}

/** Makes a request as a phone sends it. */
export function requestOf(said: Said = {}): SipRequest {
  const { method = "REGISTER", uri = "sip:phones.test", from = "<sip:1001@phones.test>", to = from } = said;
  const { callId = "call-1@192.0.2.20", cseq = 1, branch = "z9hG4bK1", lines = [] } = said;
  const text = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.20:5070;branch=${branch};rport=5070;received=192.0.2.20`,
    "Max-Forwards: 70",
    `From: ${from};tag=from-1`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...lines,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
  const message = parseMessage(new TextEncoder().encode(text));
  assert.ok(isRequest(message));
  return message;
}

/** A registrar with the accounts 1001 (secret wonderland) and 1002 (secret looking-glass). */
export function bench(options: Partial<RegistrarOptions> = {}) {
  const clock = new HandClock();
  const changes: BindingChange[] = [];
  const logged: string[] = [];
  const registrar = openRegistrar({
    realm: "phones.test",
    algorithms: ["SHA-256", "MD5"],
    accounts: [{ user: "1001", secret: "wonderland" }, { user: "1002", secret: "looking-glass" }],
    methods: ["INVITE", "SUBSCRIBE"],
    inDialog: () => "here",
    expiry: { leastSeconds: 60, mostSeconds: 7_200 },
    bounds: DEFAULT_REGISTRAR_BOUNDS,
    clock,
    onChange: (change) => changes.push(change),
    log: (text) => logged.push(text),
    ...options,
  });

  /** Sends a request once, and gives the answer; `ok` if it is for others to answer, `drop` if there is none. */
  const send = (said: Said | SipRequest, from = PHONE): SipResponse | "ok" | "drop" => {
    const request = "headers" in said ? said : requestOf(said);
    const admission = registrar.admit(request, from);
    if (admission !== "ok" || request.method !== "REGISTER") return admission;
    const responses: SipResponse[] = [];
    const transaction: ServerTransaction = {
      request,
      from,
      respond: (response) => responses.push(response),
      cancelled: new AbortController().signal,
      acknowledged: Promise.resolve(),
      rest() {},
    };
    registrar.register(transaction);
    assert.equal(responses.length, 1, "a REGISTER has one answer");
    return responses[0] ?? "drop";
  };

  /** Sends a request as a phone does that has the secret: asks, is challenged, answers. */
  const sign = (said: Said, { from = PHONE, ...how }: PhoneAnswer & { from?: Peer } = {}) => {
    const { method = "REGISTER", uri = "sip:phones.test", lines = [] } = said;
    const challenged = send(said, from);
    if (typeof challenged === "string" || challenged.status !== 401) return challenged;
    const challenge = challenged.headers.all("WWW-Authenticate")[0] ?? "";
    const authorization = `Authorization: ${answer(challenge, { method, uri, ...how })}`;
    return send({ ...said, lines: [...lines, authorization] }, from);
  };

  /** Registers, and gives the answer, which must be a response. */
  const register = (said: Said & { contact?: string; expires?: number | string }, how?: Parameters<typeof sign>[1]) => {
    const { contact, expires, lines = [], ...rest } = said;
    const response = sign({
      ...rest,
      lines: [
        ...lines,
        ...contact === undefined ? [] : [`Contact: ${contact}`],
        ...expires === undefined ? [] : [`Expires: ${expires}`],
      ],
    }, how);
    assert.ok(typeof response !== "string", `it was answered ${response}`);
    return response;
  };

  /** Where the phones of an account are, as far as has been told. */
  const bindings = (user: string): readonly Binding[] =>
    changes.findLast((change) => change.user === user)?.bindings ?? [];

  return { clock, changes, logged, registrar, send, sign, register, bindings };
}

/** The contacts of an answer. */
export function contactsOf(response: SipResponse): string[] {
  return response.headers.all("Contact");
}
