import type { Census } from "./core.ts";
import type { Exchange } from "./exchange.ts";
import { presentPhones } from "./phones.ts";

/** Counts what there is. */
export function census(exchange: Exchange): Census {
  const phones = presentPhones(exchange);
  let streams = 0;
  for (const { events } of exchange.applications.values()) if (events.streaming) streams++;
  let requests = 0;
  for (const { inFlight } of exchange.plugins.values()) requests += inFlight;
  return {
    applications: exchange.applications.size,
    handles: exchange.handles.size,
    streams,
    requests,
    phones: phones.length,
    connectedPhones: phones.filter(({ connected }) => connected).length,
  };
}
