/**
 * Stands in for `server/history/mod.ts`: a history that commits where the query of this module's address says.
 *
 * @module
 */
import { type OpenHistory, openHistory as openAnywhere, type OpenOptions } from "../../server/history/mod.ts";
import { ForcedPlace, TURNS } from "./places.ts";

export * from "../../server/history/mod.ts";

const turn = new URL(import.meta.url).searchParams.get("commits") as keyof typeof TURNS;

/** Opens the history, which then commits there and nowhere else. */
export function openHistory(options: OpenOptions): Promise<OpenHistory> {
  return openAnywhere({ ...options, place: new ForcedPlace(TURNS[turn]) });
}
