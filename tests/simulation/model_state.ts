/**
 * What the reference model remembers.
 *
 * @module
 */
import type { Cause, Outcome } from "../../server/core/contract/record.ts";

/** An opening, as the model sees it. */
export interface Handle {
  readonly id: string;
  readonly application: string;
  readonly phone: string;
  readonly owner: boolean;
  readonly attachedAt: number;
  /** Its row was on disk in time and its application has it; otherwise the opening is undone. */
  opened: boolean;
  /** Closed by its application, or its application is gone. */
  own: boolean;
  void: boolean;
  /** Got PHONE_CLOSE. */
  told: boolean;
  /** What was outstanding when its application closed it as the last. */
  outstanding: Request[] | undefined;
}

/** How a request can have ended. */
export interface Ending {
  outcome: Outcome;
  result: number;
  cause: Cause | undefined;
}

/** A request, as the model sees it. */
export interface Request {
  readonly handle: string;
  readonly phone: string;
  /** What it sets. */
  readonly items: readonly string[];
  readonly deadline: number;
  id: number;
  refused: boolean;
  operated: boolean;
  /** Its driver has been called. */
  begun: boolean;
  /** Its deadline has passed, and its plugin was told. */
  givenUp: boolean;
  handedOut: boolean;
  endings: Ending[];
  endedAt: number;
  row: { reply: "sent" | "suppressed" } | undefined;
  withdrawn: boolean;
  replied: boolean;
}

/** A phone, as the model sees it. */
export interface Phone {
  readonly name: string;
  readonly handles: Set<Handle>;
  /** At its plugin. */
  open: boolean;
  closing: Cause | undefined;
  closeBegan: number;
  /** The close that ended at `shutAt`: what settles in that very moment may count to it. */
  closed: Cause | undefined;
  shutAt: number;
  removed: boolean;
  /** What its plugin has not settled, in the order in which it got there. */
  unsettled: Request[];
  /** The newest that its plugin got. */
  newest: number;
  /** Why its last handle left. */
  left: Cause;
}

/** A phone that nobody has opened yet. */
export function newPhone(name: string): Phone {
  return {
    name,
    handles: new Set(),
    open: false,
    closing: undefined,
    closeBegan: 0,
    closed: undefined,
    shutAt: -1,
    removed: false,
    unsettled: [],
    newest: 0,
    left: "close",
  };
}

/** The plugin in a phone's name. */
export function pluginOf(phone: string): string {
  return phone.split(":")[0]!;
}
