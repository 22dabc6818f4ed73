/**
 * A SIP phone made by hand, whose person is the test. It speaks over real sockets; what it says is decided by the test,
 * also what no phone should say.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { authorization } from "../../../../plugins/sip/lib/digest/mod.ts";
import { responseTo, SipHeaders, type SipRequest, type SipResponse } from "../../../../plugins/sip/lib/message/mod.ts";
import { systemClock } from "../../../../plugins/sip/lib/tools/mod.ts";
import {
  DEFAULT_ENDPOINT_BOUNDS,
  type Endpoint,
  openEndpoint,
  type ServerTransaction,
} from "../../../../plugins/sip/lib/transaction/mod.ts";
import {
  DEFAULT_TRANSPORT_BOUNDS,
  openTransports,
  type Peer,
  type TransportName,
  type Transports,
} from "../../../../plugins/sip/lib/transport/mod.ts";

/** How long anything may take before the test counts as hung, milliseconds. */
const PATIENCE_MS = 10_000;

/** What a phone is made of. */
export interface HandMadePhoneOptions {
  /** Where its registrar listens. */
  server: { host: string; port: number };
  user: string;
  secret: string;
  realm: string;
  transport?: TransportName;
  /** Its own address. */
  host?: string;
}

/** Headers of a request. */
export type Extra = Iterable<readonly [name: string, value: string]>;

/** What a request says besides. */
export interface Content {
  headers?: Extra;
  body?: string;
}

/** See the module. */
export class HandMadePhone implements AsyncDisposable {
  /** Every request that came, in order, ACK and CANCEL aside. */
  readonly heard: SipRequest[] = [];
  /** What it answers to requests other than INVITE, by method: a status; 0 = nothing. */
  readonly answers: Record<string, number> = {};
  /** What it says of its sound. Nobody listens there: what these tests hear comes by SIP. */
  sound = "audio 9 RTP/AVP 0";
  readonly #options: Required<HandMadePhoneOptions>;
  readonly #endpoint: Endpoint;
  readonly #transports: Transports;
  readonly #calls: IncomingCall[] = [];
  readonly #registration = crypto.randomUUID();
  #waiting = () => {};
  #cseq = 0;

  private constructor(
    options: Required<HandMadePhoneOptions>,
    { transports, endpoint }: { transports: Transports; endpoint: Endpoint },
  ) {
    this.#options = options;
    this.#transports = transports;
    this.#endpoint = endpoint;
  }

  /** Switches a phone on; it does not register by itself. */
  static async open(given: HandMadePhoneOptions): Promise<HandMadePhone> {
    const options = { transport: "udp" as const, host: "127.0.0.1", ...given };
    const transports = await openTransports({
      listen: [{ host: options.host, port: 0 }],
      transports: [options.transport],
      bounds: DEFAULT_TRANSPORT_BOUNDS,
    });
    const endpoint = openEndpoint({ transports, clock: systemClock, bounds: DEFAULT_ENDPOINT_BOUNDS, log: () => {} });
    const phone = new HandMadePhone(options, { transports, endpoint });
    endpoint.serve({ admit: () => "ok", onRequest: (transaction) => phone.#receive(transaction) });
    transports.start({
      onMessage: (bytes, from) => endpoint.receive(bytes, from),
      onClosed: (peer) => endpoint.lost(peer),
    });
    return phone;
  }

  /** Registers, or with 0 seconds unregisters; gives the final answer. */
  async register(seconds = 300): Promise<SipResponse> {
    return await this.send("REGISTER", {
      uri: `sip:${this.#options.realm}`,
      to: `<sip:${this.#options.user}@${this.#options.realm}>`,
      callId: this.#registration,
      headers: [["Contact", this.#contact], ["Expires", String(seconds)]],
    });
  }

  /** Sends a request outside of dialogs, signed if that is asked for. */
  async send(method: string, { uri, to, callId = crypto.randomUUID(), headers = [], body = "" }: {
    uri: string;
    to: string;
    callId?: string;
    headers?: Extra;
    body?: string;
  }): Promise<SipResponse> {
    const tag = crypto.randomUUID();
    const request = (more: Extra): SipRequest => ({
      method,
      uri,
      headers: new SipHeaders([
        ["Max-Forwards", "70"],
        ["From", `<sip:${this.#options.user}@${this.#options.realm}>;tag=${tag}`],
        ["To", to],
        ["Call-ID", callId],
        ["CSeq", `${++this.#cseq} ${method}`],
        ...headers,
        ...more,
      ]),
      body: new TextEncoder().encode(body),
    });
    const first = request([]);
    const answer = await this.#ask(first);
    const signed = authorization(answer, first, this.#options);
    return answer.status === 401 && signed ? await this.#ask(request([signed])) : answer;
  }

  /** Watches something; the notifications come as requests. */
  async subscribe(event: "message-summary" | "dialog", resource: string): Promise<SipResponse> {
    const uri = `sip:${resource}@${this.#options.realm}`;
    const headers: Extra = [["Event", event], ["Expires", "3600"], ["Contact", this.#contact]];
    return await this.send("SUBSCRIBE", { uri, to: `<${uri}>`, headers });
  }

  /** The next call that comes; those that came before are taken first. */
  call(): Promise<IncomingCall> {
    return this.#next("a call", () => this.#calls.shift());
  }

  /** The first request of that method that came or comes, and has not been asked for yet. */
  request(method: string): Promise<SipRequest> {
    return this.#next(`a ${method}`, () => {
      const place = this.heard.findIndex((request) => request.method === method);
      return place < 0 ? undefined : this.heard.splice(place, 1)[0];
    });
  }

  /** Dials; gives the final answer, acknowledged if it is 2xx and unless the ACK is to be lost. */
  async dial(
    number: string,
    { acknowledges = true, callId = crypto.randomUUID() }: { acknowledges?: boolean; callId?: string } = {},
  ): Promise<{ answer: SipResponse; call: Dialog }> {
    const uri = `sip:${number}@${this.#options.realm}`;
    const tag = crypto.randomUUID();
    const headers = (method: string, { to, more }: { to: string; more: Extra }) =>
      new SipHeaders([
        ["Max-Forwards", "70"],
        ["From", `<sip:${this.#options.user}@${this.#options.realm}>;tag=${tag}`],
        ["To", to],
        ["Call-ID", callId],
        ["CSeq", `${method === "ACK" ? this.#cseq : ++this.#cseq} ${method}`],
        ["Contact", this.#contact],
        ...more,
      ]);
    const invite = (more: Extra): SipRequest => ({
      method: "INVITE",
      uri,
      headers: headers("INVITE", { to: `<${uri}>`, more: [["Content-Type", "application/sdp"], ...more] }),
      body: new TextEncoder().encode(this.#sdp()),
    });
    const to = this.#peer;
    const ring = (request: SipRequest) => this.#endpoint.invite(request, { to, onProvisional: () => {} }).final;
    const first = invite([]);
    let answer = await ring(first);
    const signed = authorization(answer, first, this.#options);
    if (answer.status === 401 && signed) answer = await ring(invite([signed]));
    const remote = answer.headers.get("To") ?? "";
    const target = /<([^>]+)>/.exec(answer.headers.get("Contact") ?? "")?.[1] ?? uri;
    const inside = (method: string, { headers: more = [], body = "" }: Content = {}): SipRequest => ({
      method,
      uri: target,
      headers: headers(method, { to: remote, more }),
      body: new TextEncoder().encode(body),
    });
    if (answer.status < 300 && acknowledges) this.#endpoint.acknowledge(inside("ACK"), to);
    return { answer, call: { send: (method, content) => this.#ask(inside(method, content)) } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endpoint.close();
  }

  get #peer(): Peer {
    return { transport: this.#options.transport, ...this.#options.server };
  }

  get #contact(): string {
    const { host, port } = this.#transports.local(this.#peer);
    const { user, transport } = this.#options;
    return `<sip:${user}@${host.includes(":") ? `[${host}]` : host}:${port};transport=${transport}>`;
  }

  #ask(request: SipRequest): Promise<SipResponse> {
    return this.#endpoint.request(request, { to: this.#peer });
  }

  #receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    this.heard.push(request);
    if (request.method === "INVITE" && !/;tag=/.test(request.headers.get("To") ?? "")) {
      this.#calls.push(
        new IncomingCall(transaction, {
          contact: this.#contact,
          sdp: this.#sdp(),
          ask: (request) => this.#ask(request),
        }),
      );
    } else {
      const status = this.answers[request.method] ?? 200;
      const isOffer = request.method === "INVITE";
      const headers: Extra = isOffer ? [["Contact", this.#contact], ["Content-Type", "application/sdp"]] : [];
      const body = new TextEncoder().encode(isOffer ? this.#sdp() : "");
      if (status > 0) transaction.respond(responseTo(request, status, { toTag: "phone", headers, body }));
    }
    this.#waiting();
  }

  #sdp(): string {
    const { host } = this.#options;
    return [
      "v=0",
      `o=- 1 1 IN IP4 ${host}`,
      "s=-",
      `c=IN IP4 ${host}`,
      "t=0 0",
      `m=${this.sound}`,
      "",
    ].join("\r\n");
  }

  async #next<Found>(what: string, find: () => Found | undefined): Promise<Found> {
    const { promise, resolve } = Promise.withResolvers<Found>();
    const before = this.#waiting;
    const look = () => {
      const found = find();
      if (found === undefined) return before();
      this.#waiting = before;
      resolve(found);
    };
    this.#waiting = look;
    look();
    try {
      return await deadline(promise, PATIENCE_MS);
    } catch {
      throw new Error(`${what} did not come; what came is ${this.heard.map(({ method }) => method).join(" ")}`);
    }
  }
}

/** A call that is up. */
export interface Dialog {
  /** Sends a request in it. */
  send(method: string, content?: Content): Promise<SipResponse>;
}

/** A call that rings at the phone, or could. */
export class IncomingCall implements Dialog {
  readonly #transaction: ServerTransaction;
  readonly #phone: { contact: string; sdp: string; ask(request: SipRequest): Promise<SipResponse> };
  readonly #tag = crypto.randomUUID();
  #cseq = 0;

  constructor(
    transaction: ServerTransaction,
    phone: { contact: string; sdp: string; ask(request: SipRequest): Promise<SipResponse> },
  ) {
    this.#transaction = transaction;
    this.#phone = phone;
  }

  /** The INVITE. */
  get invite(): SipRequest {
    return this.#transaction.request;
  }

  /** Fulfilled when it has been cancelled. */
  get cancelled(): Promise<void> {
    const { cancelled } = this.#transaction;
    const { promise, resolve } = Promise.withResolvers<void>();
    if (cancelled.aborted) resolve();
    cancelled.addEventListener("abort", () => resolve(), { once: true });
    return deadline(promise, PATIENCE_MS);
  }

  /** Whether it has been. */
  get isCancelled(): boolean {
    return this.#transaction.cancelled.aborted;
  }

  rings(): void {
    this.#respond(180);
  }

  refuses(status: number): void {
    this.#respond(status);
  }

  /** The person answers; fulfilled when the answer has been acknowledged. */
  async answers(): Promise<void> {
    const body = new TextEncoder().encode(this.#phone.sdp);
    const headers: Extra = [["Contact", this.#phone.contact], ["Content-Type", "application/sdp"]];
    this.#transaction.respond(responseTo(this.invite, 200, { toTag: this.#tag, headers, body }));
    await deadline(this.#transaction.acknowledged, PATIENCE_MS);
  }

  send(method: string, { headers = [], body = "" }: Content = {}): Promise<SipResponse> {
    const { headers: invite } = this.invite;
    const target = /<([^>]+)>/.exec(invite.get("Contact") ?? "")?.[1] ?? "";
    return this.#phone.ask({
      method,
      uri: target,
      headers: new SipHeaders([
        ["Max-Forwards", "70"],
        ["From", `${invite.get("To")};tag=${this.#tag}`],
        ["To", invite.get("From") ?? ""],
        ["Call-ID", invite.get("Call-ID") ?? ""],
        ["CSeq", `${++this.#cseq} ${method}`],
        ["Contact", this.#phone.contact],
        ...headers,
      ]),
      body: new TextEncoder().encode(body),
    });
  }

  #respond(status: number): void {
    const headers: Extra = status < 200 ? [["Contact", this.#phone.contact]] : [];
    this.#transaction.respond(responseTo(this.invite, status, { toTag: this.#tag, headers }));
  }
}
