/**
 * Where the calls of an application come from. The history says it when an application begins, when it opens or closes,
 * and whenever its calls come from another address than before: so whoever reads a request knows from where it came.
 *
 * @module
 */
import type { Application, Whereabouts } from "./exchange.ts";

/** One that goes to and fro at every call has one row at once, and one at the end of the minute. */
const FOLD_MS = 60_000;

/** Addresses that one row names. */
const MOST_ADDRESSES = 16;

/** The whereabouts of an application that begins. */
export function whereaboutsOf(address: string | undefined): Whereabouts {
  return { address, told: address, folded: undefined };
}

/** The application has called, from that address. */
export function calledFrom(application: Application, address: string | undefined): void {
  const { whereabouts, exchange } = application;
  if (address === undefined || address === whereabouts.address || application.ended) return;
  whereabouts.address = address;
  if (whereabouts.folded === undefined) {
    noteMove(application, {});
    const cancel = exchange.clock.after(FOLD_MS, () => tellMoves(application));
    whereabouts.folded = { count: 0, addresses: new Set(), cancel };
    return;
  }
  whereabouts.folded.count++;
  if (whereabouts.folded.addresses.size < MOST_ADDRESSES) whereabouts.folded.addresses.add(address);
}

/** Tells what was folded, at once: the minute is over, or the application ends. */
export function tellMoves(application: Application): void {
  const { folded } = application.whereabouts;
  if (folded === undefined) return;
  folded.cancel();
  application.whereabouts.folded = undefined;
  const { count, addresses } = folded;
  if (count > 0) noteMove(application, { count, addresses: [...addresses] });
}

function noteMove(application: Application, folded: { count?: number; addresses?: string[] }): void {
  const { whereabouts, exchange, token, id } = application;
  const { address, told } = whereabouts;
  whereabouts.told = address;
  exchange.history.note({
    type: "applicationMoved",
    token,
    application: id,
    ...(address !== undefined && { address }),
    detail: { ...(told !== undefined && { before: told }), ...folded },
  }, { optional: true });
}
