/**
 * Refused calls of those who may call, as facts of the history.
 *
 * @module
 */
import type { Applications, ApplicationView, Clock, HandleView } from "../../core/mod.ts";
import type { Fact } from "../../core/contract/facts.ts";
import type { Problem } from "../../core/contract/problem.ts";
import { minuteCounts, seesOf, type Token } from "../../access/mod.ts";
import { keptOf, withoutQuotations } from "./kept_parameters.ts";

/** A call that was refused. */
export interface RefusedCall {
  /** With which it was made. */
  readonly token: Token;
  /** Where the call came from. */
  readonly address: string;
  /** Known if the call got so far as to name one of its own. */
  readonly application?: ApplicationView | undefined;
  /** As `application`. */
  readonly handle?: HandleView | undefined;
  /** Of HTTP, or that was called over a socket; `other` for one that there is not. */
  readonly method: string;
  /** The route as it is written, without what varies. */
  readonly path: string;
  /** What was given with it, as far as it was read: {@linkcode ReadCall.given}. */
  readonly given: readonly unknown[];
}

/** A fact is kept for years, so the words of a refusal are cut to what tells it. */
const LONGEST_DETAIL = 500;

/** Lets the history know of a refused call; what its caller typed is not kept. */
export function noteRefusal(
  problem: Problem,
  { call, ports }: { call: RefusedCall; ports: { applications: Applications; noteOptional(fact: Fact): void } },
): void {
  const { status, detail, value, code } = problem;
  const { handle, application = handle?.application } = call;
  ports.noteOptional({
    type: "callRefused",
    token: call.token.id,
    address: call.address,
    ...(application && { application: application.id }),
    ...(handle && { handle: handle.id, phone: handle.phone.id }),
    ...(value !== undefined && { result: value }),
    ...(code !== undefined && { code }),
    detail: {
      method: call.method,
      path: call.path,
      ...keptOf(call, { isPhone: (name) => isPhone(name, { applications: ports.applications, token: call.token }) }),
      status,
      detail: withoutQuotations(detail).slice(0, LONGEST_DETAIL),
    },
  });
}

/** Whether there is a phone that the token may see. */
function isPhone(name: string, { applications, token }: { applications: Applications; token: Token }): boolean {
  try {
    applications.phone(name, seesOf(token));
    return true;
  } catch {
    return false;
  }
}

/**
 * Rows of each token and minute that tell of one refused call each, and the bytes that they come to; past either, one
 * tells of all that are alike. Rows stay for years, and any token can be refused as often as it likes.
 */
const MOST_ROWS = 60;
const MOST_BYTES = 16_384;

const utf8 = new TextEncoder();

/** Facts on their way to the history. */
export interface FoldedFacts {
  /** Passes a fact on, or counts it. */
  noteOptional(fact: Fact): void;
  /** Passes on what has been counted so far, at once: the server stops. */
  flush(): void;
}

/** Folds the refused calls of a token that has more than anybody reads: by status and path, with a count. */
export function foldedRefusals(clock: Clock, noteOptional: (fact: Fact) => void): FoldedFacts {
  const rows = minuteCounts<undefined>(clock, () => {});
  const bytes = minuteCounts<undefined>(clock, () => {});
  const folded = minuteCounts<Fact<"callRefused">>(
    clock,
    (fact, count) => noteOptional({ ...fact, detail: { ...fact.detail, count } }),
  );
  return {
    noteOptional(fact) {
      if (fact.type !== "callRefused") return noteOptional(fact);
      const { type, token, detail: { status, path } } = fact;
      const length = utf8.encode(JSON.stringify(fact)).length;
      if (rows.of(token) >= MOST_ROWS || bytes.of(token) + length > MOST_BYTES) {
        return folded.count(`${token} ${status} ${path}`, { what: { type, token, detail: { path, status } } });
      }
      rows.count(token, { what: undefined });
      bytes.count(token, { what: undefined, by: length });
      noteOptional(fact);
    },
    flush() {
      rows.flush();
      bytes.flush();
      folded.flush();
    },
  };
}
