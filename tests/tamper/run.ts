/**
 * Tampers with copies of a history, one thing at a time, and checks each under a checkpoint that was kept elsewhere.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { KeptCheckpoint, Verdict } from "../../server/core/contract/history.ts";
import { withBeside } from "../../server/history/sqlite/beside_chain.ts";
import { verifyChain } from "../../server/history/sqlite/verify.ts";
import { type Random, randomFrom } from "../simulation/random.ts";
import { temporaryFolder } from "../history/support.ts";
import { type Content, contentOf, isSame } from "./content.ts";
import { MUTATIONS } from "./mutations.ts";
import { type Original, original } from "./original.ts";

/** What is to be done. */
export interface Tampering {
  readonly mutations: number;
  readonly seed: number;
  /** Whether a checkpoint was kept elsewhere; unless left out, it was. */
  readonly isKept?: boolean;
}

/** What became of one kind of mutation. */
export interface Count {
  made: number;
  found: number;
  /** Bytes were changed that no row uses, or only what no fact tells. */
  unused: number;
}

/** What was found. */
export interface Tampered {
  readonly counts: ReadonlyMap<string, Count>;
  /** What a check did not find, with the seed by which it is done again. */
  readonly survivors: readonly string[];
}

const BYTES = "bytes of the file are changed";

/** Of so many mutations one is of bytes. */
const BYTES_EVERY = 4;

/** How often another is drawn where one changes nothing. */
const MOST_DRAWS = 200;

const KINDS = Object.entries(MUTATIONS).flatMap(([kind, { weight }]) => Array<string>(weight).fill(kind));

/** Does them. Each has a seed of its own: the first is `seed`. */
export async function tamper({ mutations, seed, isKept = true }: Tampering): Promise<Tampered> {
  using folder = temporaryFolder();
  const file = `${folder.path}/history.db`;
  const untouched = await original();
  Deno.writeFileSync(file, untouched.bytes);
  const content = read(file);
  const kept = isKept ? [untouched.kept] : [];
  const first = await check(file, kept);
  if (!first.ok) throw new Error(`The history is not whole before it is touched: ${JSON.stringify(first)}`);
  const counts = new Map<string, Count>();
  const survivors: string[] = [];
  for (let nth = 0; nth < mutations; nth++) {
    const random = randomFrom(seed + nth);
    const isOfBytes = random.once(BYTES_EVERY);
    const kind = isOfBytes ? changeBytes(file, { untouched, random }) : change(file, { untouched, content, random });
    const count = counts.get(kind) ?? { made: 0, found: 0, unused: 0 };
    counts.set(kind, count);
    count.made++;
    const verdict = await check(file, kept);
    // What lies behind the newest block shows nothing, and the verdict says so.
    if (!verdict.ok || verdict.unsealed !== undefined) count.found++;
    else if (isOfBytes && isSame(read(file), content)) count.unused++;
    else survivors.push(`${kind}: --seed ${seed + nth} --mutations 1`);
  }
  return { counts, survivors };
}

function read(file: string): Content {
  using database = new DatabaseSync(file, { readOnly: true });
  return contentOf(database);
}

/** A file that cannot be opened is found, too: a check ends with what SQLite says. */
async function check(file: string, kept: readonly KeptCheckpoint[]): Promise<Verdict> {
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    return await withBeside(verifyChain(database, { kept }), { database });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR") {
      return { ok: false, blocks: 0, records: 0 };
    }
    throw error;
  }
}

function restore(file: string, { bytes }: Original): void {
  for (const suffix of ["-wal", "-shm", "-journal"]) {
    try {
      Deno.removeSync(`${file}${suffix}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  Deno.writeFileSync(file, bytes);
}

/** Does one thing by SQLite's means. @returns Of which kind it was. */
function change(
  file: string,
  { untouched, content, random }: { untouched: Original; content: Content; random: Random },
): string {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    restore(file, untouched);
    const kind = random.pick(KINDS);
    const { mutate, isHidden } = MUTATIONS[kind]!;
    try {
      // Deno knows the option, its types do not.
      using database = new DatabaseSync(file, { defensive: false } as object);
      database.exec("pragma journal_mode = memory; pragma synchronous = off; pragma writable_schema = on");
      mutate(database, random);
    } catch {
      // A rule of SQLite's did not let it happen, or it cannot be done.
      continue;
    }
    if (isHidden || !isSame(read(file), content)) return kind;
  }
  throw new Error(`Nothing could be changed in ${MOST_DRAWS} draws`);
}

/** Changes bytes behind SQLite's back. @returns The kind. */
function changeBytes(file: string, { untouched, random }: { untouched: Original; random: Random }): string {
  const bytes = untouched.bytes.slice();
  const place = random.below(bytes.length);
  const page = 4_096;
  const pages = bytes.length / page;
  const [one, other] = [random.below(pages), random.below(pages)].map((nth) => nth * page) as [number, number];
  random.pick([
    () => void (bytes[place]! ^= 1 << random.below(8)),
    () => void (bytes[place] = random.below(256)),
    () => bytes.fill(random.pick([0, 255]), place, place + 1 + random.below(64)),
    () => void bytes.copyWithin(place, random.below(bytes.length), place + 1 + random.below(64)),
    () => bytes.set(untouched.bytes.slice(one, one + page), other),
  ])();
  restore(file, { ...untouched, bytes });
  return BYTES;
}
