/**
 * The history as it is asked: questions, exports and checks, between the room that keeps it and those that show it.
 *
 * @module
 */
import type { DamagedEvent, FactType, HistoryEvent } from "./facts.ts";
import type { OperationName } from "./operations.ts";
import type { Damage, DamagedRecord, Outcome, RequestRecord, RequestState } from "./record.ts";

/** Which requests to give: all that match every filter. */
export interface RequestFilter {
  /** `PLUGIN:ID`. */
  phone?: string;
  /** The plugin's name. */
  plugin?: string;
  /** The application's id. */
  application?: string;
  /** One of the nine. */
  operation?: OperationName;
  /** How far it has come. */
  state?: RequestState;
  /** How it ended. */
  outcome?: Outcome;
  /** The id of the token. */
  token?: string;
  /** The application's own word for it. */
  reference?: string;
  /** Accepted at or after, wall milliseconds. */
  from?: number;
  /** Accepted before, wall milliseconds. */
  to?: number;
  /** Globs of phones: requests of phones that match none are left out. */
  phones?: readonly string[];
}

/** Which facts to give: all that match every filter. */
export interface EventFilter {
  /** What happened. */
  type?: FactType;
  /** Which phone it was of, by its name. */
  phone?: string;
  /** Which application it was of, by its id. */
  application?: string;
  /** The token of who acted. */
  token?: string;
  /** The token that it befell, where that is not who acted. */
  subject?: string;
  /** Globs of phones: facts of phones that match none, and facts that are of no phone, are left out. */
  phones?: readonly string[];
}

/** A row of the history that is no acceptance: it bears no request's id. */
export type OtherRow =
  & (
    | {
      /** The end of a request, or that its reply was withdrawn. */
      kind: "completed" | "withdrawn";
      /** The request's id. */
      request: number;
    }
    | {
      /** A fact. */
      kind: "fact";
      /** Which kind of fact; undefined where that cannot be read. */
      type: FactType | undefined;
    }
  )
  & {
    /** What shows that it is not as it was written. */
    damaged?: Damage;
  };

/** One page of a question to the history, newest first. */
export interface Page<Item> {
  /** What was asked for. */
  items: Item[];
  /** Give it back to go on; undefined at the end. A page may be short, even empty, and still have one. */
  next: number | undefined;
}

/**
 * The history, as it is asked. Open requests come as `accepted`; the core knows whether they have been dispatched.
 *
 * What is given is held against its blocks: of what is not as it was written `damaged` says so, among what is. A question
 * that cannot be answered rejects with a `PhoneError` `RESOURCEUNAVAIL` that says why.
 */
export interface HistoryReader {
  /** One record; undefined if no request has that id. */
  request(id: number): Promise<RequestRecord | DamagedRecord | undefined>;
  /** What stands in a row that is no acceptance; undefined if there is no such row. */
  other(seq: number): Promise<OtherRow | undefined>;
  /** Records older than `before` (exclusive), newest first. */
  requests(
    filter: RequestFilter,
    page: { before?: number; limit: number },
  ): Promise<Page<RequestRecord | DamagedRecord>>;
  /** Facts older than `before` (exclusive), newest first. */
  events(
    filter: EventFilter,
    page: { before?: number; limit: number },
  ): Promise<Page<HistoryEvent | DamagedEvent>>;
}

/**
 * The newest block of the history at some moment. Kept elsewhere, it shows later whether the history is still the same
 * (docs/history-format.md).
 */
export interface Checkpoint {
  /** Random, 32 hex digits: which history. */
  historyId: string;
  /** The block's number. */
  block: number;
  /** Its hash, 64 lower-case hex digits. */
  hash: string;
  /** When the newest of what it covers was written, RFC 3339 in UTC with milliseconds. */
  at: string;
  /** The public key of Ed25519 that it is signed with, SubjectPublicKeyInfo in base64. */
  key?: string;
  /** The signature of its line, 64 bytes in base64. */
  signature?: string;
  /** A time stamp of its line, the token of RFC 3161 in base64. */
  timestamp?: string;
}

/** What somebody kept of a checkpoint: a block and its hash at least. */
export type KeptCheckpoint = Pick<Checkpoint, "block" | "hash"> & { historyId?: string };

/** What a check of the whole chain found. */
export interface Verdict {
  /**
   * Whether every row is covered by a block, every block's hash is right, every checkpoint is in the chain, and nothing
   * beside it is wrong.
   */
  ok: boolean;
  /** The block that was taken for right, where the check began behind one. */
  from?: number;
  /** How many blocks are right, from the first that was looked at on. */
  blocks: number;
  /** How many rows they cover. */
  records: number;
  /**
   * How many rows lie behind the newest block, where there are any: a running server seals them within a second, one
   * that was killed at its next start. Until then nothing shows whether they were changed.
   */
  unsealed?: number;
  /**
   * The first block that is wrong, in what, and the row where it is one; one that is not there if the chain ends too
   * soon, or rows lie behind its end.
   */
  firstBad?: { block: number; row?: number; problem: string };
  /**
   * What is wrong beside a chain that is right, in words: a table, trigger or index that is not as it was made, or an
   * index that does not say what its table says, or a token that is not as its facts tell.
   */
  beside?: string;
}

/**
 * What was found to be wrong, in the chain or beside it, in words: the same wherever it is told, so that nobody takes one
 * finding for two. Undefined if nothing is.
 */
export function faultOf(
  { firstBad, beside }: { firstBad?: Verdict["firstBad"] | undefined; beside?: Verdict["beside"] | undefined },
): string | undefined {
  if (firstBad) return `block ${firstBad.block} is wrong: ${firstBad.problem}`;
  return beside === undefined ? undefined : `beside the chain: ${beside}`;
}

/** How far a check has come. */
export interface Progress {
  /** How many rows were looked at. */
  rows: number;
  /** How many there were when it began. */
  of: number;
}

/** What a chain is held against, and where. */
export interface Check {
  /** What somebody kept of checkpoints: all of them must be in the chain. */
  kept?: readonly KeptCheckpoint[];
  /** One whose block is taken for right if it has that hash: what stands before it is not looked at. */
  from?: KeptCheckpoint;
  /** Gives up. */
  signal: AbortSignal;
  /** The part of a processor that it may take; all of one if left out. */
  share?: number;
  /** Is told how far it is. */
  onProgress?: (progress: Progress) => void;
}

/** The forms of an export. */
export const EXPORT_FORMATS = ["jsonl", "csv", "chain"] as const;

/** One of {@linkcode EXPORT_FORMATS}. */
export type ExportFormat = typeof EXPORT_FORMATS[number];

/** The forms of which a line is a record or a fact: all but that of the chain. */
export type LineFormat = Exclude<ExportFormat, "chain">;

/** What to export: what matches every filter. */
export interface ExportFilter {
  /** `PLUGIN:ID`. */
  phone?: string;
  /** Globs (`*`, `?`): only what concerns a phone that fits one. */
  phones?: readonly string[];
  /** Accepted, or for an event happened, at or after, wall milliseconds. */
  from?: number;
  /** Accepted, or for an event happened, before, wall milliseconds. */
  to?: number;
}

/** The history, as an auditor takes it. */
export interface HistoryAudit {
  /** The newest block, which covers everything that is on disk now. */
  checkpoint(): Promise<Checkpoint>;
  /** Whether anything was written behind a checkpoint but what tells of checkpoints: how they went, that one was read. */
  hasNews(since: Checkpoint): Promise<boolean>;
  /**
   * Everything as it stood at the newest block, oldest first, as text in pieces. A piece is read from disk when it is
   * asked for; one may be empty and still have others behind it.
   *
   * A piece that cannot be read rejects with a `PhoneError` `RESOURCEUNAVAIL` that says why, and there is none behind
   * it.
   */
  export(
    filter: ExportFilter,
    format: ExportFormat,
  ): Promise<{ upTo: Checkpoint; pieces: AsyncIterator<string, void> }>;
  /**
   * Derives every block from its rows again, beside all other work. What this process itself wrote last is held against
   * it like a checkpoint.
   *
   * @throws {PhoneError} `RESOURCEUNAVAIL` if the check could not be ended. The signal's reason if that aborts.
   */
  verify(check: Check): Promise<Verdict>;
}
