/**
 * Small texts that stand in queries, headers and lists: cursors, times, globs, addresses, preferences, names.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import { parseAddress } from "../../../server/program/configuration/address.ts";
import { Misuse } from "../../../server/program/exit.ts";
import { isLabel } from "../../../server/core/contract/label.ts";
import { printable } from "../../../server/core/contract/text.ts";
import { matches, networkOf } from "../../../server/access/mod.ts";
import { phoneGlob } from "../../../server/api/mod.ts";
import { isAddressRange, trustedProxies } from "../../../server/http/caller/trusted_proxies.ts";
import { preferencesOf } from "../../../server/http/reading/headers.ts";
import { cursor, cursorOf, time } from "../../../server/http/reading/query.ts";
import corpus from "../corpus/words.json" with { type: "json" };
import { nearly } from "../inputs/texts.ts";
import type { Subject, Target } from "../target.ts";
import { HEAP_NOISE, heapBytes } from "../world/heap.ts";

const MOST_SECONDS = 60;

/** What is held of a text, whatever it is, by what it is meant to be. */
const RULES = {
  cursor(text) {
    const { success, data } = cursor.safeParse(text);
    if (success) equal(cursorOf(data), text);
  },
  time(text) {
    const { success, data } = time.safeParse(text);
    if (success) ok(Number.isFinite(data), `${text} is a time, and no number of milliseconds`);
  },
  glob(text) {
    if (!phoneGlob.safeParse(text).success) return;
    for (const name of NAMES) equal(matches(name, text), isMatch(name, text), `${name} ${text}`);
  },
  prefer(text) {
    const { wait, return: wanted } = preferencesOf(text, MOST_SECONDS);
    ok(wait === undefined || (Number.isInteger(wait) && wait >= 0 && wait <= MOST_SECONDS), String(wait));
    ok(wanted === undefined || wanted === "minimal" || wanted === "representation", wanted);
  },
  address(text) {
    try {
      const { hostname, port } = parseAddress(text);
      ok(hostname !== "" && Number.isInteger(port) && port >= 0 && port <= 65_535, text);
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
    }
  },
  range(text) {
    // Only what is an address comes so far.
    if (isIP(text) !== 0) ok(networkOf(text).length > 0);
    if (!isAddressRange(text)) return;
    for (const address of ADDRESSES) equal(typeof trustedProxies([text])(address), "boolean");
  },
  label(text) {
    if (isLabel(text)) equal(printable(text), text);
    ok(!/\p{Cc}/u.test(printable(text)), text);
  },
} as const satisfies Record<string, (text: string) => void>;

const KINDS = Object.keys(RULES) as (keyof typeof RULES)[];

const NAMES = ["virtual:desk-1", "virtual:", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "a.b~c_d:-", ""];
const ADDRESSES = ["127.0.0.1", "::1", "192.0.2.77", "2001:db8::1", "nonsense"];

const EXAMPLES: Readonly<Record<keyof typeof RULES, readonly string[]>> = {
  cursor: ["b1", "bz", "b2gosa7pa2gv", "b2gosa7pa2gw"],
  time: [
    "2026-01-01T00:00:00Z",
    "2026-12-31T23:59:59.999+14:00",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9-23:59",
  ],
  glob: ["virtual:*", "*", "*:desk-?", "virtual:desk-1", "a*a*a*a*a*b", "?*?*?"],
  prefer: [
    "wait=5",
    'respond-async, wait="7"; x=1',
    'x="a\\"b,c", wait=3',
    "wait = 9 ;",
    "wait=99999999999999999999",
    'Return="minimal";x, wait=1',
  ],
  address: ["127.0.0.1:8274", "[::1]:0", "localhost:65535", "0.0.0.0:65536"],
  range: ["10.0.0.0/8", "::1", "2001:db8::/32", "::ffff:10.0.0.0/104", "127.0.0.1"],
  label: ["Reception", "Réception 2", "\u{1F4DE}".repeat(128), "a\u202eb"],
};

/** A text and what it is meant to be. */
export interface FuzzWord {
  readonly kind: string;
  readonly text: string;
}

/** See the module. */
export const words: Target<FuzzWord> = {
  name: "words",
  share: 42,
  noise: HEAP_NOISE,
  corpus,
  inputs: fc.oneof(...KINDS.map((kind) => nearly(EXAMPLES[kind]).map((text) => ({ kind, text })))),
  open: () => Promise.resolve(new WordsSubject()),
};

class WordsSubject implements Subject<FuzzWord> {
  attempt({ kind, text }: FuzzWord): Promise<void> {
    const rule = KINDS.find((known) => known === kind);
    ok(rule, `There is no rule ${kind}`);
    RULES[rule](text);
    return Promise.resolve();
  }

  goOn(): Promise<void> {
    equal(cursor.parse("b1"), 1);
    return Promise.resolve();
  }

  memory(): Promise<number> {
    return Promise.resolve(heapBytes());
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Whether a glob fits a name, as one would write it who has all the time in the world: row by row of a table. */
function isMatch(name: string, glob: string): boolean {
  let fits = [true, ...Array<boolean>(name.length).fill(false)];
  for (const sign of glob) {
    const next = [sign === "*" && fits[0] === true];
    for (let at = 1; at <= name.length; at++) {
      next[at] = sign === "*"
        ? next[at - 1] === true || fits[at] === true
        : (sign === "?" || sign === name[at - 1]) && fits[at - 1] === true;
    }
    fits = next;
  }
  return fits[name.length] === true;
}
