/**
 * `history`: what was done to which phone, by whom, and how it ended.
 *
 * @module
 */
import { CallRefused, type Server } from "../../client/mod.ts";
import { type DamagedEvent, FACT_TYPES, type FactType } from "../../core/contract/facts.ts";
import { OPERATIONS } from "../../core/contract/operations.ts";
import {
  type Damage,
  type DamagedRecord,
  OUTCOMES,
  REQUEST_STATES,
  type RequestRecord,
} from "../../core/contract/record.ts";
import { EXIT } from "../../program/mod.ts";
import { SERVER_OPTIONS } from "../calling/find_server.ts";
import { withServer } from "../calling/with_server.ts";
import { type ListFormat, printAside, printFields, printJson, printList, toSeconds } from "../output.ts";
import { command, JSON_OPTION, WIDE_OPTION } from "../parsing/command.ts";
import { readInteger, readPhoneName, readTime, readTokenId } from "../parsing/values.ts";

const USUAL_LIMIT = "50";
const MOST = 1_000_000;

const LIMIT = { type: "string", value: "N", says: `how many, newest first (${USUAL_LIMIT})` } as const;

/** What is listed: sound, or damaged. */
type ShownRecord = Omit<DamagedRecord, "damaged"> & { damaged?: Damage };
type ShownEvent = Omit<DamagedEvent, "damaged"> & { damaged?: Damage };

const DAMAGED = "What is damaged is not as it was written: those are marked, and the command exits with 1 then.";

/** `history list`. */
export const historyList = command({
  words: "history list",
  says: "Lists requests, newest first",
  more: DAMAGED,
  parameters: {},
  options: {
    phone: { type: "string", value: "PHONE", says: "of this phone" },
    plugin: { type: "string", value: "NAME", says: "of this plugin's phones" },
    application: { type: "string", value: "ID", says: "asked by this application" },
    operation: { type: "string", value: "NAME", says: "this operation", choices: OPERATIONS },
    state: { type: "string", value: "STATE", says: "how far they have come", choices: REQUEST_STATES },
    outcome: { type: "string", value: "OUTCOME", says: "how they ended", choices: OUTCOMES },
    token: { type: "string", value: "ID", says: "asked with this token: its id, as token list says it" },
    reference: { type: "string", value: "TEXT", says: "the application's own word for them" },
    from: { type: "string", value: "TIME", says: "accepted then or later: 2026-03-01, or 2026-03-01T09:30:00Z" },
    to: { type: "string", value: "TIME", says: "accepted earlier" },
    limit: LIMIT,
    ...SERVER_OPTIONS,
    wide: WIDE_OPTION,
    json: JSON_OPTION,
  },
  examples: [
    "history list --phone virtual:desk-1 --outcome failed",
    "history list --from 2026-03-01T00:00:00Z --limit 1000 --json",
  ],
  async run({ json, wide, limit = USUAL_LIMIT, ...given }) {
    const { phone, plugin, application, operation, state, outcome, token, reference, from, to, ...at } = given;
    const most = readInteger(limit, { name: "--limit", least: 1, most: MOST });
    const filter = {
      ...{ plugin, application, operation, state, outcome, reference },
      phone: readPhoneName(phone, "--phone"),
      token: readTokenId(token, "--token"),
      from: readTime(from, "--from"),
      to: readTime(to, "--to"),
    };
    return await withServer(at, ({ server }) =>
      printAtMost<ShownRecord>(most, {
        items: server.requests(filter, { limit: most }),
        json,
        columns: {
          ID: ({ requestId }) => String(requestId),
          ACCEPTED: ({ acceptedAt = UNREAD }) => wide ? acceptedAt : toSeconds(acceptedAt),
          PHONE: ({ phone = UNREAD }) => phone,
          OPERATION: ({ operation = UNREAD }) => operation,
          ...(wide && { PARAMETERS: ({ params = {} }: ShownRecord) => pairsOf(params) }),
          ...(wide
            ? {
              OUTCOME: ({ outcome, state, damaged }: ShownRecord) => words(markOf(damaged), outcome ?? state),
              WHY: ({ cause, code, damaged }: ShownRecord) => words(damaged?.problem, cause, code) || "-",
            }
            : {
              OUTCOME: ({ outcome, state, cause, code, damaged }: ShownRecord) =>
                words(markOf(damaged), outcome ?? state, cause ?? code?.replace(/^PHONEERR_/, "")),
            }),
          ...(wide && {
            TOKEN: ({ token = UNREAD, tokenName }: ShownRecord) => tokenWords(token, tokenName),
            APPLICATION: ({ application }: ShownRecord) => application?.name ?? UNREAD,
          }),
        },
        yielding: wide ? [] : ["OUTCOME"],
        none: noneOf(filter, "No request"),
      }));
  },
});

/** `history events`. */
export const historyEvents = command({
  words: "history events",
  says: "Lists the other facts, newest first: opens, refusals, plugins' lives",
  more:
    "Wrong tokens are counted for a minute and an address, and what a token reads of the history (historyRead) for a " +
    `minute: their fact comes when the minute has ended. ${DAMAGED}`,
  parameters: {},
  options: {
    type: { type: "string", value: "TYPE", says: "only those", choices: FACT_TYPES },
    phone: { type: "string", value: "PHONE", says: "of this phone" },
    application: { type: "string", value: "ID", says: "of this application" },
    token: { type: "string", value: "ID", says: "brought about with this token: its id, as token list says it" },
    subject: { type: "string", value: "ID", says: "that befell this token, by somebody else" },
    limit: LIMIT,
    ...SERVER_OPTIONS,
    wide: WIDE_OPTION,
    json: JSON_OPTION,
  },
  examples: [
    "history events --type callRefused",
    "history events --application 5d1f6f9c-58d5-4f4e-8d4f-2f0b1f9b3a77 --wide",
    "history events --subject t-0123456789ab",
  ],
  async run({ json, wide, limit = USUAL_LIMIT, type, phone, application, token, subject, ...at }) {
    const most = readInteger(limit, { name: "--limit", least: 1, most: MOST });
    const filter = {
      type,
      phone: readPhoneName(phone, "--phone"),
      application,
      token: readTokenId(token, "--token"),
      subject: readTokenId(subject, "--subject"),
    };
    return await withServer(at, ({ server }) =>
      printAtMost<ShownEvent>(most, {
        items: server.events(filter, { limit: most }),
        json,
        columns: {
          SEQ: ({ seq }) => String(seq),
          AT: ({ at = UNREAD }) => wide ? at : toSeconds(at),
          TYPE: ({ type = UNREAD, damaged }) => words(markOf(damaged), type),
          ABOUT: ({ phone, plugin, address }) => phone ?? plugin ?? address ?? "-",
          ...(wide && {
            ADDRESS: ({ address }: ShownEvent) => address ?? "-",
            APPLICATION: ({ application }: ShownEvent) => application ?? "-",
            TOKEN: ({ token, tokenName }: ShownEvent) => token === undefined ? "-" : tokenWords(token, tokenName),
            CODE: ({ code }: ShownEvent) => code ?? "-",
          }),
          DETAIL: ({ detail = {}, damaged }) =>
            words(damaged?.problem, wide ? JSON.stringify(detail) : pairsOf(detail)) || "-",
        },
        yielding: wide ? [] : ["DETAIL"],
        none: noneOf(filter, "No fact"),
      }));
  },
});

/** `history show`. */
export const historyShow = command({
  words: "history show",
  says: "Shows the record of a request",
  more:
    "Its address is from where its application called: that of the newest fact before it that tells one. It needs the " +
    "scope history:read, and is no part of the record that --json prints. A record that is damaged is not as it was " +
    "written: the command exits with 1 then.",
  parameters: { id: { value: "ID", says: "the request's id" } },
  options: { ...SERVER_OPTIONS, json: JSON_OPTION },
  examples: ["history show 42"],
  async run({ id, json, ...server }) {
    const requestId = readInteger(id, { name: "ID", least: 1, most: Number.MAX_SAFE_INTEGER });
    const { record, told } = await withServer(server, async ({ server }) => {
      const record = await server.request(requestId);
      return { record, told: json ? undefined : await fromWhere(record, { server }) };
    });
    if (json) printJson(record);
    else {
      const shown = Object.entries({ ...record, ...(told && { address: words(markOf(told.damaged), told.address) }) })
        .filter(([, value]) => value !== null);
      printFields(Object.fromEntries(shown.map(([name, value]) => [
        name,
        typeof value === "object" ? JSON.stringify(value) : String(value),
      ])));
    }
    return "damaged" in record || told?.damaged ? EXIT.failed : EXIT.orderly;
  },
});

/** The facts that tell from where an application calls (api.md, section 5). */
const TELLING: readonly (FactType | undefined)[] = ["applicationStarted", "handleOpened", "applicationMoved"];

/** The fact that tells from where a request came; undefined where none does, or not to this token. */
async function fromWhere(
  { requestId, application }: RequestRecord | DamagedRecord,
  { server }: { server: Server },
): Promise<ShownEvent | undefined> {
  if (application === undefined) return undefined;
  const facts: AsyncGenerator<ShownEvent> = server.events({ application: application.id, before: requestId });
  try {
    for await (const fact of facts) if (TELLING.includes(fact.type) && fact.address !== undefined) return fact;
  } catch (error) {
    if (!(error instanceof CallRefused && error.code === 403)) throw error;
  }
  return undefined;
}

/** Code points of one value in a column, at most: what is longer is seen with `history show`. */
const LONGEST = 24;

/** Stands where a damaged row holds nothing that can be read. */
const UNREAD = "?";

const words = (...given: (string | undefined)[]) => given.filter((word) => word !== undefined && word !== "").join(" ");

const markOf = (damaged: Damage | undefined) => damaged && "DAMAGED";

/** A token by its id, and by what it was called then where that says more. */
function tokenWords(id: string, name: string | null | undefined): string {
  return name == null || name === id ? id : `${id} (${name})`;
}

/** What is said where nothing fits: with no filter there is nothing at all. */
function noneOf(filter: Readonly<Record<string, unknown>>, what: string): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined).map(([name]) => `--${name}`);
  return given.length === 0 ? `${what} stands in the history` : `${what} in the history fits ${given.join(" and ")}`;
}

/** Parameters as `request` takes them, and what else has names and values. */
function pairsOf(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params).map(([key, value]) => {
    const text = Array.isArray(value)
      ? value.join()
      : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
    const points = [...text];
    return `${key}=${points.length > LONGEST ? `${points.slice(0, LONGEST).join("")}…` : text}`;
  }).join(" ");
}

/**
 * Prints a list, and says to people that it goes on; a script that wants everything counts what it gets.
 *
 * @returns What to exit with: whether something in it is damaged.
 */
async function printAtMost<Item extends { damaged?: Damage }>(
  most: number,
  { items, ...format }: ListFormat<Item> & {
    /** Returns whether there are more. */
    items: AsyncGenerator<Item, boolean, undefined>;
  },
): Promise<number> {
  let more = false;
  let damaged = 0;
  const noted = async function* () {
    for (;;) {
      const next = await items.next();
      if (next.done) {
        more = next.value;
        return;
      }
      if (next.value.damaged !== undefined) damaged++;
      yield next.value;
    }
  };
  await printList(noted(), format);
  if (damaged > 0) {
    printAside(`${damaged} of these ${damaged === 1 ? "is" : "are"} damaged, not as written: see history verify`);
  }
  if (more && !format.json) printAside(`There are more: these are the newest ${most}, see --limit`);
  return damaged > 0 ? EXIT.failed : EXIT.orderly;
}
