/**
 * The registrar, put together (RFC 3261 10.3).
 *
 * @module
 */
import {
  type Header,
  MalformedMessage,
  newToken,
  paramOf,
  parseAddress,
  parseUri,
  plainUser,
  responseTo,
  type SipRequest,
  withParam,
  writeAddress,
} from "../lib/message/mod.ts";
import type { ServerTransaction } from "../lib/transaction/mod.ts";
import { peerText } from "../lib/transport/mod.ts";
import { createAdmission } from "./admission.ts";
import { createAuthenticator } from "./authenticator.ts";
import { flowsOver, Location, withoutFlow } from "./location.ts";
import { plan } from "./plan.ts";
import { readRegister, Refusal } from "./read_register.ts";
import type { Binding, BindingChange, Registrar, RegistrarOptions } from "./registrar.ts";

/** An IP literal, as it stands in a URI without its brackets: every name that leads to us is one of ours. */
const ADDRESS = /^[\d.]+$|:/;

/** Opens a registrar without a binding; {@linkcode Registrar.close} ends its timers. */
export function openRegistrar(options: RegistrarOptions): Registrar {
  const { realm, bounds, expiry, clock, onChange, log } = options;
  const location = new Location({
    clock,
    expired: (user) => tell(user, { reason: "expired", why: "it was not refreshed in time" }),
  });
  const identify = createAuthenticator({
    ...options,
    wrongAnswers: bounds.wrongAnswers,
  });
  const admission = createAdmission({ ...options, identify });
  const planBounds = {
    most: bounds.contactsPerAccount,
    mostCharacters: bounds.contactCharactersPerAccount,
    ...expiry,
  };
  let open = true;

  function tell(user: string, { reason, why }: Pick<BindingChange, "reason" | "why">): void {
    onChange({ user, bindings: preferred(location.of(user)), reason, why });
  }

  return {
    ...admission,

    register(transaction) {
      const { request, from } = transaction;
      try {
        if (!open) throw new Refusal(503, "Service Unavailable", { headers: [["Retry-After", "5"]] });
        const user = addressOfRecord(request, { realm, user: admission.userOf(request) });
        const register = readRegister(request);
        const { bindings, reason, displaced } = plan(
          { user, current: location.of(user), register, from, now: clock.now() },
          planBounds,
        );
        location.set(user, bindings);
        if (displaced > 0) {
          log(
            `${user} has more contacts than the ${planBounds.most} of ${planBounds.mostCharacters} characters that are kept: the ${displaced} refreshed longest ago are gone`,
          );
        }
        answer(transaction, 200, {
          headers: [...contactHeaders(preferred(location.of(user)), clock.now()), dateHeader()],
        });
        if (reason) tell(user, { reason, why: `REGISTER of ${peerText(from)}` });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        log(`Refused REGISTER of ${peerText(from)}: ${error.message}`);
        answer(transaction, error.status, error);
      }
    },

    lost(peer) {
      for (const user of location.users) {
        const before = location.of(user);
        if (!before.some(flowsOver(peer))) continue;
        location.set(user, withoutFlow(before, peer));
        tell(user, { reason: "lost", why: `the connection to ${peerText(peer)} is gone` });
      }
    },

    close() {
      open = false;
      location.clear();
    },
  };
}

/** Whose bindings a REGISTER is about (steps 1, 4 and 5): its own account's, and nobody else's. */
function addressOfRecord(request: SipRequest, { realm, user }: { realm: string; user: string | undefined }): string {
  const to = readTo(request);
  const asked = parseUri(request.uri).host.toLowerCase();
  const host = to.host.toLowerCase();
  const isOurs = (name: string) => name === realm.toLowerCase() || ADDRESS.test(name);
  if (user === undefined || plainUser(to) !== user) throw new Refusal(403, "Not Your Address Of Record");
  if (host !== asked && !(isOurs(host) && isOurs(asked))) throw new Refusal(404, "No Such Domain Here");
  return user;
}

function readTo({ headers }: SipRequest) {
  try {
    return parseAddress(headers.get("To") ?? "").uri;
  } catch (error) {
    if (error instanceof MalformedMessage) throw new Refusal(400, "To Needs A SIP URI");
    throw error;
  }
}

/** Where the phones of an account are now, the preferred first (q, then the one refreshed last). */
function preferred(bindings: readonly Binding[]): Binding[] {
  return bindings.toSorted((a, b) => quality(b) - quality(a));
}

/** The preference of a contact (RFC 3261 20.10): 1, if it does not say. */
function quality({ contact }: Binding): number {
  return Number(paramOf(contact.params, "q") || 1);
}

function contactHeaders(bindings: readonly Binding[], now: number): Header[] {
  return bindings.map(({ contact, expiresAt }) => {
    const expires = { name: "expires", value: String(Math.ceil((expiresAt - now) / 1_000)) };
    return ["Contact", writeAddress({ ...contact, params: withParam(contact.params, expires) })];
  });
}

/** So that phones without a clock of their own know the time (step 8). */
function dateHeader(): Header {
  return ["Date", new Date().toUTCString()];
}

function answer(
  transaction: ServerTransaction,
  status: number,
  options: { reason?: string; headers?: Iterable<Header> },
): void {
  transaction.respond(responseTo(transaction.request, status, { ...options, toTag: newToken() }));
}
