/**
 * Makes a history such as years of use leave, through the ports by which the product writes its own.
 *
 * @module
 */
import { openHistory, takeDataFolder } from "../../server/history/mod.ts";
import { randomFrom } from "../simulation/random.ts";
import { Agenda } from "./agenda.ts";
import { arrivals } from "./arrivals.ts";
import { anyEnd } from "./endings.ts";
import { HAPPENINGS } from "./happenings.ts";
import { Rows } from "./rows.ts";
import { Site } from "./site.ts";

/** What is to be made. */
export interface Filling {
  /** A folder in which nothing is. */
  readonly folder: string;
  /** How many requests, at least: a few more where something happens at the end. */
  readonly requests: number;
  /** The time of the first row, milliseconds since 1970. */
  readonly from: number;
  /** Requests a second, on the average over day and night. */
  readonly perSecond: number;
  readonly phones: number;
  /** Rows in one commit, at most. */
  readonly commitRows: number;
  /** The same one gives the same rows, but for the id of the history; what a commit holds is a matter of the moment. */
  readonly seed: number;
  /** Ends it where it is, with a history that is whole. */
  readonly signal?: AbortSignal;
  /** Is told how far it is. */
  onProgress?(progress: Filled): void;
}

/** What has been made. */
export interface Filled {
  /** Requests. */
  readonly requests: number;
  /** Rows, requests among them. */
  readonly rows: number;
  /** The time that it is there. */
  readonly at: number;
}

/** How often the server of a history is started again: each week, and a few times at least. */
const WEEK_S = 7 * 86_400;
const FEWEST_STARTS = 4;

/** Of so many ends of a server, one is a kill. */
const KILLS = 3;

/** Requests that a kill finds open. */
const CAUGHT = 5;

/** Nothing of this is refused for being too much: whoever fills waits. */
const BOUNDS = { waitingRows: 1_000_000, waitingMs: 3_600_000, closeMs: 3_600_000 };

/** Makes it. @throws {HistoryError} If the folder cannot be used. */
export async function fill(filling: Filling): Promise<Filled> {
  const { requests, from, perSecond, phones, signal } = filling;
  const random = randomFrom(filling.seed);
  const agenda = new Agenda(from);
  const next = arrivals({ from, perSecond, random });
  const due = HAPPENINGS.map(({ every }) => random.below(Math.min(every, requests / 2)));
  const starts = Math.max(FEWEST_STARTS, Math.ceil(requests / perSecond / WEEK_S));
  const site = new Site({ random, agenda, phones });
  let written = 0;

  using folder = await takeDataFolder(filling.folder);

  /** One life of the server, up to so many requests. @returns Whether a kill ended it, as it was to. */
  const serve = async (upTo: number, { mayBeKilled }: { mayBeKilled: boolean }): Promise<boolean> => {
    await using opened = await openHistory({
      folder,
      durability: "normal",
      bounds: { ...BOUNDS, commitRows: filling.commitRows },
      now: () => agenda.now,
      onFatal: (error) => {
        throw error;
      },
    });
    const { tokens, recovered, migrated } = opened;
    const rows = new Rows(opened);
    site.start({ rows, tokens });
    if (site.requests === 0) await site.createTokens();
    site.note({ type: "serverStarted", detail: { version: "0.1.0", recovered, migrated: [...migrated] } });
    while (site.requests < upTo && !signal?.aborted) {
      agenda.goTo(next());
      const request = site.request(site.anyUse());
      const { end, ms } = anyEnd(random);
      agenda.after(ms, () => site.finish(request, end));
      for (let kind = 0; kind < due.length; kind++) {
        if (due[kind]! > site.requests) continue;
        const { every, happen } = HAPPENINGS[kind]!;
        due[kind] = site.requests + 1 + random.below(2 * every);
        const happening = happen(site);
        // Rows of one turn go out together.
        if (happening) await happening;
      }
      if (!rows.isFull) continue;
      await rows.send();
      filling.onProgress?.({ requests: site.requests, rows: rows.next, at: agenda.now });
    }
    const isKilled = mayBeKilled && !signal?.aborted;
    if (isKilled) {
      for (let caught = 0; caught < CAUGHT; caught++) site.request(site.anyUse());
      site.forget();
    } else {
      site.stop();
      site.note({ type: "serverStopped", detail: { signal: "SIGTERM" } });
    }
    await rows.flush();
    written = rows.next;
    agenda.pass(isKilled ? 240_000 : 15_000);
    return isKilled;
  };

  let isKilled = false;
  for (let start = 1; start <= starts && (isKilled || !signal?.aborted); start++) {
    const upTo = Math.round(requests * start / starts);
    isKilled = await serve(upTo, { mayBeKilled: start < starts && start % KILLS === 0 });
  }
  return { requests: site.requests, rows: written, at: agenda.now };
}
