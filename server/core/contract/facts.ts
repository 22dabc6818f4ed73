/**
 * The auditable facts of the history that are no requests: what kinds there are, and what each says.
 *
 * Whoever writes a fact, reads it, measures it or shows it takes its type from this table; `docs/facts.md` and the
 * documents of the API are made from it. `token` is always who acted: of a fact that nobody's call brought about it is
 * left out. Whom it befell, unless it did so itself, stands in `detail.subject`.
 *
 * @module
 */
import type { PhoneErrorCode } from "./errors.ts";
import { keysOf } from "./keys.ts";
import { PRIVILEGES } from "./names.ts";
import { OPERATIONS } from "./operations.ts";
import { CAUSES, type Damage } from "./record.ts";
import {
  about,
  flag,
  integer,
  list,
  nullable,
  type ObjectOf,
  oneOf,
  optional,
  type OptionalField,
  type Shape,
  text,
} from "./shape.ts";

/** The fields that a fact can have beside its detail. */
export type FactField = "token" | "application" | "address" | "plugin" | "phone" | "handle" | "result" | "code";

/** A kind of fact. */
export interface FactKind<
  Has extends FactField = FactField,
  MayHave extends FactField = FactField,
  Detail extends DetailFields = DetailFields,
> {
  /** What has happened, in words. */
  readonly tells: string;
  /** Fields that it always has. */
  readonly has: readonly Has[];
  /** Fields that it has where they are known. */
  readonly mayHave: readonly MayHave[];
  /** The rest, in fields of its own. */
  readonly detail: Detail;
}

/** The fields of a detail. */
export type DetailFields = Readonly<Record<string, Shape | OptionalField>>;

function fact<
  const Has extends FactField = never,
  const MayHave extends FactField = never,
  const Detail extends DetailFields = Record<never, never>,
>(
  tells: string,
  { has = [], mayHave = [], detail }: { has?: readonly Has[]; mayHave?: readonly MayHave[]; detail: Detail },
): FactKind<Has, MayHave, Detail> {
  return { tells, has, mayHave, detail };
}

/** Why a call had no valid token, nor a login. */
export const ACCESS_REASONS = ["noToken", "notBearer", "unknownToken", "unknownSession"] as const;

/** Where checkpoints are brought to, or stamped, as the configuration calls it. */
export const CHECKPOINT_TARGETS = ["file", "url", "timestamps"] as const;

/** One of these. */
export type CheckpointTarget = typeof CHECKPOINT_TARGETS[number];

const NOTHING = {};

function counted(description: string): Shape<number> {
  return about(integer({ least: 0 }), { description });
}

function words(description: string): Shape<string> {
  return about(text, { description });
}

const cause = about(oneOf(CAUSES), { description: "Why." });

/**
 * Facts that nobody waits for are dropped while too many rows wait for the disk; the next of a kind with this field says
 * how many.
 */
const dropped = optional(counted("How many facts of the kinds that may be dropped were, since the last one."));

const checkpointTarget = about(oneOf(CHECKPOINT_TARGETS), { description: "Where, as the configuration calls it." });

const seal = about(nullable(text), {
  description:
    "SHA-256, in hex, of what is kept of the secret: it shows whether that is still the one; null where the " +
    "secret is somebody's choice.",
});

const owner = optional(words("The token of the application, where the end was not its own wish."));

/** What of the history is read: pages of requests, one of them, pages of facts, and what an auditor takes. */
export const READ_KINDS = ["requests", "request", "events", "export", "checkpoint", "verify"] as const;

/** Every kind of fact. */
export const FACTS = {
  serverStarted: fact("The server has begun to serve.", {
    detail: {
      version: words("The program's version."),
      recovered: counted("How many requests of a killed server were completed as `lost` at this start."),
      migrated: about(list(text), { description: "The migrations of the database that ran at this start." }),
    },
  }),
  serverStopped: fact("The server has stopped in order.", {
    detail: { signal: words("The signal that it was told to stop by."), dropped },
  }),
  applicationStarted: fact("An application has begun (phoneInitializeEx).", {
    has: ["token", "application"],
    mayHave: ["address"],
    detail: { name: words("What it calls itself.") },
  }),
  applicationMoved: fact(
    "The calls of an application come from another address than before. One that goes to and fro has two rows a " +
      "minute at most: one at once, and one that tells of all further moves.",
    {
      has: ["token", "application"],
      mayHave: ["address"],
      detail: {
        before: optional(words("The address that the fact before this names.")),
        count: optional(
          counted(
            "How many moves this one row tells of; its calls since the fact before came from any of `addresses`.",
          ),
        ),
        addresses: optional(
          about(list(text), { description: "With `count`: to where these moves were, 16 addresses at most." }),
        ),
        dropped,
      },
    },
  ),
  applicationEnded: fact(
    "An application has ended: by itself (phoneShutdown), by its lease, or because others ended it.",
    {
      has: ["application"],
      mayHave: ["token", "address"],
      detail: { cause, name: words("What it called itself."), subject: owner },
    },
  ),
  handleOpened: fact("A phone was opened (phoneOpen).", {
    has: ["token", "application", "plugin", "phone", "handle"],
    mayHave: ["address"],
    detail: { privilege: about(oneOf(PRIVILEGES), { description: "As what." }) },
  }),
  handleClosed: fact("A handle was closed: by its application (phoneClose, phoneShutdown), or against its will.", {
    has: ["application", "plugin", "phone", "handle"],
    mayHave: ["token", "address"],
    detail: {
      cause,
      lastHandle: about(flag, { description: "Whether it was the phone's only one: then the phone was closed too." }),
      completed: counted("How many outstanding requests the close completed."),
      subject: owner,
    },
  }),
  callRefused: fact("A call with a valid token was refused; it brought about nothing.", {
    has: ["token"],
    mayHave: ["application", "address", "phone", "handle", "result", "code"],
    detail: {
      method: optional(words("The method, of HTTP or of JSON-RPC; `other` for one that neither knows.")),
      path: words("The route as it is written, without what varies."),
      operation: optional(about(oneOf(OPERATIONS), { description: "Which of the nine operations it asked for." })),
      params: optional(
        about(list(text), {
          description:
            "Its parameters, as far as they were read: `lamp=20` of a number where one belongs, of the parameter's own " +
            "words and of a phone that there is; the name alone of all else that somebody has typed or is to read.",
        }),
      ),
      status: counted("The HTTP status, or the one that would have been answered."),
      detail: optional(words("What was wrong, as the caller was told, with `…` for what was quoted.")),
      count: optional(
        counted("How many calls this one row tells of: past 60 or 16 KiB a minute those alike are counted."),
      ),
      dropped,
    },
  }),
  accessRefused: fact("Calls without a valid token were refused, counted for a minute.", {
    mayHave: ["address"],
    detail: {
      reason: about(oneOf(ACCESS_REASONS), {
        description: "What was wrong with them.",
      }),
      count: counted("How many."),
      addresses: optional(about(oneOf(["several"]), { description: "Calls from many addresses share this row." })),
      dropped,
    },
  }),
  historyRead: fact(
    "The history was read: what one token has read of one kind, counted for a minute. Nobody waits for this row: a kill " +
      "costs the last minute's.",
    {
      has: ["token", "address"],
      detail: {
        what: about(oneOf(READ_KINDS), {
          description:
            "What: pages of `requests`, the record of one `request`, pages of `events`; an `export`, a `checkpoint`, a check (`verify`).",
        }),
        count: counted("How often."),
        others: optional(
          about(list(text), { description: "From where else it was read in that minute, 15 addresses at most." }),
        ),
        dropped,
      },
    },
  ),
  tokenCreated: fact(
    "A token was made; the first one of an installation by nobody's token, or a service's by its operator.",
    {
      mayHave: ["token", "address"],
      detail: {
        subject: words("The id of the new token."),
        name: words("What its maker called it."),
        scopes: about(list(text), { description: "What it allows." }),
        phones: about(nullable(list(text)), { description: "Globs of the phones that it sees; null for every phone." }),
        expiresAt: optional(words("When it ends by itself; left out if it does not.")),
        secretSeal: optional(seal),
      },
    },
  ),
  tokenRotated: fact("A token was given another secret.", {
    mayHave: ["token", "address"],
    detail: {
      subject: words("The id of the token."),
      name: words("What its maker called it."),
      oldSecretUntil: words("Until when the secret before is valid; the time of the rotation if it was void at once."),
      expiresAt: optional(words("When the token ends by itself from then on; left out if it does not.")),
      secretSeal: optional(seal),
    },
  }),
  tokenExpiring: fact("A token will soon come to its end: told once, and again for another end.", {
    detail: {
      subject: words("The id of the token."),
      name: words("What its maker called it."),
      expiresAt: words("When it ends."),
    },
  }),
  tokenExpired: fact("A token has come to its end: it is void.", {
    detail: {
      subject: words("The id of the void token."),
      name: words("What its maker called it."),
      expiresAt: words("When its end was to be."),
    },
  }),
  tokenRevoked: fact("A token was made void.", {
    mayHave: ["token", "address"],
    detail: { subject: words("The id of the void token."), name: words("What its maker called it.") },
  }),
  pluginStarted: fact("A process of a plugin runs.", { has: ["plugin"], detail: NOTHING }),
  pluginReady: fact("A plugin has ended its start well: its phones can be opened.", {
    has: ["plugin"],
    detail: NOTHING,
  }),
  pluginStopped: fact("A process of a plugin has ended in order.", {
    has: ["plugin"],
    detail: { cause, detail: words("How, in words.") },
  }),
  pluginFailed: fact("A process of a plugin has crashed, hung, or broken the wire.", {
    has: ["plugin"],
    detail: { cause, detail: words("What was seen of it.") },
  }),
  pluginGivenUp: fact("A plugin has crashed too often: it is not started again by itself.", {
    has: ["plugin"],
    detail: { state: words("The state that it is in now."), detail: words("Why.") },
  }),
  pluginRefused: fact("A plugin cannot be started as it is.", {
    has: ["plugin"],
    detail: { state: words("The state that it is in now."), detail: words("Why, and what would be right.") },
  }),
  pluginFault: fact("A plugin did what it must not, and lives on.", {
    has: ["plugin"],
    mayHave: ["phone"],
    detail: { fault: words("What it did."), dropped },
  }),
  pluginCommanded: fact("An operator has commanded a plugin.", {
    has: ["token", "address", "plugin"],
    detail: { command: about(oneOf(["start", "stop", "reload"]), { description: "What it was told." }) },
  }),
  phoneAdded: fact("A plugin offers a new phone (PHONE_CREATE).", {
    has: ["plugin", "phone"],
    detail: { name: words("The phone's name for people.") },
  }),
  phoneChanged: fact(
    "A plugin has changed what a phone can do. What `setButtonInfo` makes of a button is told by its request.",
    {
      has: ["plugin", "phone"],
      detail: { parts: about(list(text), { description: "The capabilities that are different." }) },
    },
  ),
  phoneRemoved: fact("A phone is gone for good (PHONE_REMOVE).", { has: ["plugin", "phone"], detail: NOTHING }),
  phoneConnected: fact("The link to a phone stands.", { has: ["plugin", "phone"], detail: NOTHING }),
  phoneDisconnected: fact("The link to a phone is broken.", { has: ["plugin", "phone"], detail: NOTHING }),
  phoneForceClosed: fact(
    "A phone was closed by its plugin, against the will of whoever held it; each handle has its `handleClosed`.",
    {
      has: ["plugin", "phone"],
      detail: {
        handles: counted("How many handles were open."),
        completed: counted("How many outstanding requests the close completed."),
      },
    },
  ),
  phoneActivity: fact(
    "What a phone reported while it was open, for phones that the configuration chooses (`activity`): a row a second at " +
      "most. What a display shows, and unless it is asked for which key was pressed, is not written.",
    {
      has: ["plugin", "phone"],
      detail: {
        buttons: optional(counted("How often a button went down or up.")),
        keys: optional(
          about(list(text), {
            description: "Which, with `whichButtons` of the configuration: `12 down`, in their order, 32 at most.",
          }),
        ),
        hookSwitches: optional(
          about(list(text), { description: "What each device that changed is now: `handsetHookSwitch=mic`." }),
        ),
        states: optional(about(list(text), { description: "What changed, and how often: `lamp=3`." })),
        dropped,
      },
    },
  ),
  lateCompletion: fact("A plugin completed a request that had its end already, or that was never its own.", {
    has: ["plugin", "result"],
    detail: { requestId: about(integer({ least: 0 }), { description: "The request." }), dropped },
  }),
  historyFailed: fact("Writing the history began to fail: requests were refused from here on.", {
    detail: { reason: words("Why.") },
  }),
  clockJumped: fact(
    "The machine's clock was set, or the machine slept: times before and after do not go together, the order does.",
    {
      detail: {
        byMs: about(integer({}), { description: "By how many milliseconds; less than 0 if it was set back." }),
        expected: words("What the clock would have said: as it went on, or at a start at least."),
      },
    },
  ),
  historyDamaged: fact(
    "Something in the history is not as it was written: a start has found it, which looks at the newest blocks and some others, a check of the whole chain, or whoever read it.",
    {
      detail: { reason: words("Which, and what is wrong with it.") },
    },
  ),
  historyAccepted: fact("The server went on, as its operator chose, with a history that may not be the one before.", {
    detail: { reason: words("What is amiss with it: that it is missing, older, or another.") },
  }),
  checkpointFailed: fact(
    "A checkpoint could not be brought to where the configuration sends it, or not be time-stamped.",
    {
      detail: { target: checkpointTarget, reason: words("Why, at the first attempt that failed.") },
    },
  ),
  checkpointResumed: fact("Checkpoints are taken, or stamped, there again.", { detail: { target: checkpointTarget } }),
  historyResumed: fact("Writing the history works again.", {
    detail: { after: words("What had failed."), dropped },
  }),
};

/** One of the kinds. */
export type FactType = keyof typeof FACTS;

/** The kinds of facts: a closed list. */
export const FACT_TYPES: readonly FactType[] = keysOf(FACTS);

/** What the fields of facts hold. */
export interface FactFields {
  /** The id of the token that acted. */
  token: string;
  /** The id of the application. */
  application: string;
  /** Where a call came from. */
  address: string;
  /** The plugin's name. */
  plugin: string;
  /** `PLUGIN:ID`. */
  phone: string;
  /** The handle. */
  handle: string;
  /** The signed number of an error. */
  result: number;
  /** The name of the error. */
  code: PhoneErrorCode;
}

/** What a fact of a kind says in its detail. */
export type FactDetail<Type extends FactType> = ObjectOf<typeof FACTS[Type]["detail"]>;

/** The fields of a kind. */
export type FieldsOf<Kind> = Kind extends FactKind<infer Has, infer MayHave>
  ? { [Field in Has]: FactFields[Field] } & { [Field in MayHave]?: FactFields[Field] }
  : never;

/** An auditable fact of one kind, or of any, as it is written. A detail without fields is left out. */
export type Fact<Type extends FactType = FactType> = {
  [One in Type]:
    & { type: One }
    & FieldsOf<typeof FACTS[One]>
    & (Record<never, never> extends FactDetail<One> ? { detail?: FactDetail<One> } : { detail: FactDetail<One> });
}[Type];

/** A fact whose kind is not asked, for whoever treats them all alike: every {@linkcode Fact} is one. */
export interface AnyFact extends Partial<FactFields> {
  /** Its kind. */
  type: FactType;
  /** The rest. */
  detail?: object;
}

/** A fact of one kind, or of any, as anybody who asks the history is answered. */
export type HistoryEvent<Type extends FactType = FactType> = {
  [One in Type]:
    & {
      /** Its place in the one order of the history. */
      seq: number;
      /** RFC 3339 in UTC with milliseconds. */
      at: string;
      type: One;
      /** What `token` was called then; left out where it was not written down, before format 2 of the history. */
      tokenName?: string;
    }
    & FieldsOf<typeof FACTS[One]>
    & { detail: FactDetail<One> };
}[Type];

/** A fact that somebody has changed since it was written, as far as it can be read: as a `DamagedRecord`. */
export interface DamagedEvent extends Partial<FactFields> {
  /** Its place in the one order of the history. */
  seq: number;
  /** What shows it. */
  damaged: Damage;
  /** RFC 3339 in UTC with milliseconds. */
  at?: string;
  /** Its kind. */
  type?: FactType;
  /** What `token` was called then. */
  tokenName?: string;
  /** The rest. */
  detail?: Record<string, unknown>;
}
