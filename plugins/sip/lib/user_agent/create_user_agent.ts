/**
 * The user agent: calls, subscriptions and requests over one endpoint.
 *
 * @module
 */
import { type Call, type CallContext, PhoneCall, placeCall, takeCall } from "../call/mod.ts";
import {
  type Caller,
  contact,
  type DialogMatch,
  DialogTable,
  exchange,
  newRequest,
  type Outgoing,
  reply,
  requireFits,
} from "../dialog/mod.ts";
import { RtpPorts } from "../media/mod.ts";
import {
  type Header,
  newToken,
  type SipRequest,
  type SipResponse,
  tagOf,
  withParam,
  writeAddress,
  writeRequestUri,
} from "../message/mod.ts";
import { PhoneSubscriptions } from "../subscription/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import type { Peer } from "../transport/mod.ts";
import type { OutgoingRequest, UserAgent, UserAgentOptions } from "./user_agent.ts";

/**
 * Makes a user agent.
 *
 * @throws {RangeError} If there is no RTP port in the range.
 */
export function createUserAgent(options: UserAgentOptions): UserAgent {
  return new EndpointUserAgent(options);
}

class EndpointUserAgent implements UserAgent {
  readonly subscriptions: PhoneSubscriptions;
  readonly #context: CallContext;
  readonly #mostCalls: number;
  readonly #calls = new Set<PhoneCall>();
  #closed = false;

  constructor({ endpoint, clock, product, rtpPorts, bounds, subscriptions, ...options }: UserAgentOptions) {
    this.#mostCalls = bounds.mostCalls;
    this.#context = {
      endpoint,
      clock,
      product,
      dialogs: new DialogTable(),
      ports: new RtpPorts(...rtpPorts),
      mostPacketsPerSecond: bounds.mostPacketsPerSecond,
      local: (to) => options.local(to),
      log: (text) => options.log(text),
    };
    this.subscriptions = new PhoneSubscriptions(this.#context, subscriptions);
  }

  call(outgoing: Outgoing): Call {
    const full = this.#whyFull();
    if (full === undefined) return this.#hold(placeCall(this.#context, outgoing));
    const call = new PhoneCall(newToken());
    call.progress.end({ by: "us", status: 503, reason: full });
    return call;
  }

  takeCall(transaction: ServerTransaction, caller: Caller = {}): Call {
    const full = this.#whyFull();
    if (full === undefined) return this.#hold(takeCall(this.#context, { transaction, ...caller }));
    const call = new PhoneCall(transaction.request.headers.get("Call-ID") ?? "");
    reply(this.#context, { transaction, status: 503, toTag: newToken() });
    call.progress.end({ by: "us", status: 503, reason: full });
    return call;
  }

  receive(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    if (tagOf(request.headers.get("To") ?? "") === undefined) return false;
    const usage = this.#context.dialogs.find(request);
    if (usage) usage.receive(transaction);
    else reply(this.#context, { transaction, status: 481 });
    return true;
  }

  knows(request: SipRequest, from: Peer): DialogMatch {
    return this.#context.dialogs.match(request, from);
  }

  believesAck(ack: SipRequest, from: Peer): boolean {
    return this.#context.dialogs.find(ack) === undefined || this.knows(ack, from) === "here";
  }

  receiveAck(ack: SipRequest): void {
    this.#context.dialogs.find(ack)?.receiveAck?.(ack);
  }

  async request(
    { method, to, uri, from, toAddress, headers = [], body, credentials, signal }: OutgoingRequest,
  ): Promise<SipResponse> {
    const { endpoint, product } = this.#context;
    let cseq = 0;
    const identity = {
      method,
      uri: writeRequestUri(uri),
      from: writeAddress({ ...from, params: withParam(from.params, { name: "tag", value: newToken() }) }),
      to: writeAddress(toAddress),
      callId: newToken(),
    };
    const { response } = await exchange({
      credentials,
      build: (authorization) => {
        // RFC 3428 4: a MESSAGE has no Contact.
        const self: Header[] = method === "MESSAGE" ? [] : [contact(this.#context, { peer: to, user: from.uri.user })];
        const said: Header[] = [...self, ["User-Agent", product], ...headers, ...authorization];
        return newRequest({ ...identity, cseq: ++cseq, headers: said, ...(body ? { body } : {}) });
      },
      send: (request) => {
        requireFits(request, to);
        return endpoint.request(request, { to, ...(signal ? { signal } : {}) });
      },
    });
    return response;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.subscriptions.close(), ...[...this.#calls].map((call) => call.hangUp())]);
  }

  #whyFull(): string | undefined {
    if (this.#closed) return "Service Unavailable: the user agent is closed";
    if (this.#calls.size < this.#mostCalls) return undefined;
    return `Service Unavailable: ${this.#mostCalls} calls at once are the most that are allowed`;
  }

  #hold(call: PhoneCall): PhoneCall {
    this.#calls.add(call);
    void call.ended.then(() => this.#calls.delete(call));
    return call;
  }
}
