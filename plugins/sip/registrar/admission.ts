/**
 * What is let in (RFC 3261 8.2): what belongs to a dialog, and what an account has signed.
 *
 * @module
 */
import { createHmac, randomBytes } from "node:crypto";
import { ACCEPT, CALL_METHODS } from "../lib/call/mod.ts";
import type { DialogMatch } from "../lib/dialog/mod.ts";
import {
  canonicalHost,
  encodingRefusal,
  type Header,
  MalformedMessage,
  methodRefusal,
  parseAddress,
  plainUser,
  responseTo,
  type SipRequest,
  type SipResponse,
  tagOf,
} from "../lib/message/mod.ts";
import { type Clock, TokenBuckets } from "../lib/tools/mod.ts";
import type { Admission } from "../lib/transaction/mod.ts";
import { type Peer, peerText, sourceOf } from "../lib/transport/mod.ts";
import type { Identity } from "./authenticator.ts";
import { foldedLog } from "./folded_log.ts";
import type { Registrar, RegistrarBounds } from "./registrar.ts";

/**
 * What means nothing outside of a dialog, unless it is taken there. A NOTIFY would be of a subscription of ours: there
 * is none.
 */
const OF_DIALOGS = [...CALL_METHODS, "NOTIFY"];

/** What admission is made of. */
export interface AdmissionOptions {
  /** Methods that are taken outside of dialogs, beside REGISTER and OPTIONS. */
  methods: readonly string[];
  /** Tells whom a request is from. */
  identify(request: SipRequest, from: Peer): Identity;
  /** Tells whether a request with a To tag belongs to a dialog that is there, and comes from its other side. */
  inDialog(request: SipRequest, from: Peer): DialogMatch;
  bounds: Pick<RegistrarBounds, "registrations" | "options">;
  clock: Clock;
  log(text: string): void;
}

/** Makes the part of the registrar that admits. */
export function createAdmission(options: AdmissionOptions): Pick<Registrar, "admit" | "userOf"> {
  const { methods, identify, bounds, clock } = options;
  const users = new WeakMap<SipRequest, string>();
  const registrations = new TokenBuckets({ clock, ...bounds.registrations });
  const questions = new TokenBuckets({ clock, ...bounds.options });
  const answer = createStatelessResponder();
  const log = foldedLog({ clock, log: options.log });
  const taken = ["OPTIONS", "REGISTER", ...methods];
  const allow = ["Allow", [...new Set([...CALL_METHODS, ...taken])].sort().join(", ")] as const;

  /**
   * What RFC 3261 8.2 demands of every request, in its order but for the digest: these answers are shorter than a
   * challenge.
   */
  const inspect = (request: SipRequest): StatelessAnswer | undefined => {
    const { method, headers } = request;
    if (!taken.includes(method)) {
      return OF_DIALOGS.includes(method) ? { status: 481 } : { status: methodRefusal(method), headers: [allow] };
    }
    // Who takes another method knows what its extensions are; and nothing here is a proxy.
    const required = [...methods.includes(method) ? [] : headers.all("Require"), ...headers.all("Proxy-Require")];
    if (required.length > 0) return { status: 420, headers: [["Unsupported", required.join(", ")]] };
    return encodingRefusal(request);
  };

  /** Digest, and for requests other than REGISTER that nobody speaks in another's name (RFC 3261 22.1). */
  const authenticate = (request: SipRequest, from: Peer): Admission => {
    const identity = identify(request, from);
    if (identity === "drop") return "drop";
    if ("challenges" in identity) {
      const headers = identity.challenges.map((challenge) => ["WWW-Authenticate", challenge] as const);
      return answer(request, { status: 401, headers });
    }
    if (request.method !== "REGISTER" && !isSender(identity.user, request)) {
      const why = `its From is not of ${identity.user}, whose secret it knows`;
      log(`Refused ${request.method} of ${peerText(from)}: 403, ${why}`, `${peerText(from)} ${why}`);
      return answer(request, { status: 403 });
    }
    users.set(request, identity.user);
    return "ok";
  };

  /**
   * Who knows the tags of a dialog has seen it, but may still send in another's name: what we sent then would be
   * repeated to whoever that is. A phone that has another address now can sign.
   */
  const admitInDialog = (request: SipRequest, from: Peer): Admission => {
    const match = options.inDialog(request, from);
    if (match === "none") return answer(request, { status: 481 });
    return match === "here" ? "ok" : authenticate(request, from);
  };

  return {
    admit(request, from) {
      const { method, headers } = request;
      if (method === "REGISTER" && !registrations.take(sourceOf(from.host))) return "drop";
      // A REGISTER makes no dialog: a tag in it must not carry it past the digest.
      if (method !== "REGISTER" && tagOf(headers.get("To") ?? "") !== undefined) {
        return admitInDialog(request, from);
      }
      const refused = inspect(request);
      if (refused) return answer(request, refused);
      if (method !== "OPTIONS") return authenticate(request, from);
      if (!questions.take(sourceOf(from.host))) return "drop";
      return answer(request, { status: 200, headers: [allow, ["Accept", ACCEPT]] });
    },
    userOf: (request) => users.get(request),
  };
}

/**
 * Whether a request may be of that account: its From says so, or that its person does not wish to be named (RFC 3323
 * 4.1.1.3), and begins something. Inside of a dialog nobody is known by that.
 */
function isSender(user: string, { headers }: SipRequest): boolean {
  try {
    const { uri } = parseAddress(headers.get("From") ?? "");
    const isNobody = plainUser(uri)?.toLowerCase() === "anonymous" && canonicalHost(uri.host) === "anonymous.invalid";
    return plainUser(uri) === user || isNobody && tagOf(headers.get("To") ?? "") === undefined;
  } catch (error) {
    if (error instanceof MalformedMessage) return false;
    throw error;
  }
}

/** What an answer says. */
interface StatelessAnswer {
  status: number;
  headers?: readonly Header[];
}

/** Makes what answers requests without a transaction. */
function createStatelessResponder(): (request: SipRequest, answer: StatelessAnswer) => SipResponse {
  const secret = randomBytes(32);
  return (request, { status, headers = [] }) => {
    // The same request has the same tag, although nothing is remembered of it (RFC 3261 8.2.7).
    const named = ["Via", "From", "Call-ID", "CSeq"].map((name) => request.headers.get(name)).join("\n");
    const toTag = createHmac("sha256", secret).update(named).digest("hex").slice(0, 16);
    return responseTo(request, status, { toTag, headers });
  };
}
