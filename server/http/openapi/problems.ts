/**
 * The problems of both catalogues, by name.
 *
 * @module
 */
import { PhoneError, type PhoneErrorName } from "../../core/contract/errors.ts";
import { INTERNAL_PROBLEM, type Problem, problemOf, telephonyProblem } from "../../api/refusals/problem.ts";
import { Refusal, type RefusalKind, REFUSALS } from "../../api/refusals/refusal.ts";

/** A refusal or telephony error that a route can answer, or that the server is at fault. */
export type ProblemName = RefusalKind | PhoneErrorName | "internal";

/** The problem of that name, in the words of its catalogue. */
export function problemNamed(name: ProblemName): Problem {
  if (name === "internal") return INTERNAL_PROBLEM;
  if (!isRefusal(name)) return telephonyProblem(new PhoneError(name));
  return problemOf(new Refusal(name, REFUSALS[name].title)) ?? INTERNAL_PROBLEM;
}

/** The last part of a problem's `type`. */
export function kindOf({ type }: Problem): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

function isRefusal(name: string): name is RefusalKind {
  return Object.hasOwn(REFUSALS, name);
}
