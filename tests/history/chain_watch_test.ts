import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { deadline } from "@std/async/deadline";
import type { Fact } from "../../server/core/contract/facts.ts";
import type { HistoryAudit, Verdict } from "../../server/core/contract/history.ts";
import { ChainWatch } from "../../server/history/chain_watch.ts";
import type { ChainState, OpenHistory } from "../../server/history/mod.ts";
import { writeFormat1 } from "./format_1.ts";
import {
  acceptance,
  completion,
  openIn,
  openInThread,
  pieces,
  query,
  rowOf,
  someFact,
  temporaryFolder,
} from "./support.ts";

const BLOCKS = 60;
/** A block that no start looks at among its samples. */
const BETWEEN = 41;

const row = () => rowOf("fact", [7, "pluginReady", null, null, null, "virtual", null, null, null, null, "{}"]);

/** A history of many blocks, of one row each. */
const MAKE = {
  "format 1": (path: string) => writeFormat1(path, Array.from({ length: BLOCKS }, () => [row()])),
  "format 2": async (path: string) => {
    using opened = await openInThread(path);
    for (let block = 0; block < BLOCKS; block++) opened.blocks.write([row()], { seal: true });
  },
};

function tamper(path: string, sql: string): void {
  using database = new DatabaseSync(`${path}/history.db`, { timeout: 30_000 });
  database.exec(`drop trigger if exists fact_is_never_changed; ${sql}`);
}

const LATER = 3_600_000;

/** The checks that have ended. */
class Checks {
  readonly states: ChainState[] = [];
  #next = Promise.withResolvers<void>();

  readonly onChecked = (state: ChainState): void => {
    this.states.push(state);
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  };

  /** Waits for so many more. */
  async more(count: number): Promise<ChainState | undefined> {
    for (const end = this.states.length + count; this.states.length < end;) {
      await deadline(this.#next.promise, 60_000);
    }
    return this.states.at(-1);
  }
}

for (const [format, make] of Object.entries(MAKE)) {
  Deno.test(`${format}: the newest blocks are checked at a start, whichever it was in`, async () => {
    using folder = temporaryFolder();
    await make(folder.path);
    tamper(folder.path, `update fact set plugin = 'other' where seq = ${BETWEEN}`);
    await using opened = await openIn(folder.path, { bounds: { checkFirstMs: LATER } });
    match(opened.damaged ?? "", new RegExp(`^block ${BETWEEN} is wrong: `));
    deepEqual(opened.chain(), { broken: opened.damaged, checked: undefined, failed: undefined });
  });

  Deno.test(`${format}: the whole chain is checked in the background and again, and what is broken is told once`, async () => {
    using folder = temporaryFolder();
    await make(folder.path);
    const facts: Fact[] = [];
    const checks = new Checks();
    await using opened = await openIn(folder.path, {
      bounds: { checkFirstMs: 1, checkEveryMs: 1, checkShare: 1 },
      onFact: (fact) => void facts.push(fact),
      onChecked: checks.onChecked,
      now: () => 1_800_000_000_000,
    });
    await checks.more(1);
    const { broken, checked } = opened.chain();
    deepEqual([broken, checked?.at], [undefined, 1_800_000_000_000]);
    ok((checked?.blocks ?? 0) > BLOCKS);
    tamper(folder.path, `update fact set plugin = 'other' where seq = ${BETWEEN}`);
    await checks.more(4);
    match(opened.chain().broken ?? "", new RegExp(`^block ${BETWEEN} is wrong: `));
    equal(opened.chain().checked?.blocks, BETWEEN);
    const reason = opened.chain().broken;
    deepEqual(facts, [{ type: "historyDamaged", detail: { reason } }]);
    const { items } = await opened.reader.events({ type: "historyDamaged" }, { limit: 5 });
    deepEqual(items.map(({ detail }) => detail), [{ reason }]);
  });
}

Deno.test("history-format: a start goes on behind a newest block whose time is no number that is written, and not where no row can follow", async () => {
  using folder = temporaryFolder();
  await MAKE["format 2"](folder.path);
  const change = (column: string) =>
    tamper(
      folder.path,
      `drop trigger if exists block_is_never_changed; update block set ${column} = 9223372036854775807
        where number = (select max(number) from block)`,
    );
  change("at");
  change("lowest_open");
  {
    await using opened = await openIn(folder.path, { bounds: { checkFirstMs: LATER } });
    match(opened.damaged ?? "", new RegExp(`^block ${BLOCKS} is wrong: a column holds what is never written there$`));
    equal(opened.lastAt, 253_402_300_799_999);
    await opened.history.note(someFact());
  }
  change("last_seq");
  await rejects(openIn(folder.path), /ends at row 9223372036854775807, which no server writes/);
});

Deno.test("a check that an auditor asks for is taken for what it finds; a checkpoint of another history shows nothing of this one", async () => {
  using folder = temporaryFolder();
  const facts: Fact[] = [];
  const checks = new Checks();
  await using opened = await openIn(folder.path, {
    bounds: { checkFirstMs: LATER, checkEveryMs: LATER, checkShare: 1 },
    onFact: (fact) => void facts.push(fact),
    onChecked: checks.onChecked,
  });
  const { signal } = new AbortController();
  await opened.history.note(someFact());
  const foreign = { block: 0, hash: "a".repeat(64) };
  const first = checks.more(1);
  equal((await opened.audit.verify({ signal, kept: [foreign] })).ok, false);
  await first;
  equal(opened.chain().broken, undefined);
  equal(opened.chain().checked?.blocks, 2);
  tamper(folder.path, "update fact set token = 't-9' where seq = 1");
  equal((await opened.audit.verify({ signal })).ok, false);
  equal(opened.chain().broken, "block 1 is wrong: row 1 is not the one that was written");
  equal((await opened.audit.verify({ signal })).ok, false);
  equal(facts.length, 1);
});

/** The facts that say that it is damaged. */
const findings = (facts: readonly Fact[]) =>
  facts.flatMap((fact) => fact.type === "historyDamaged" ? [(fact as Fact<"historyDamaged">).detail.reason] : []);

for (
  const [how, read] of Object.entries(
    {
      "a page of requests": ({ reader }) => reader.requests({}, { limit: 5 }),
      "a record": ({ reader }) => reader.request(1),
      "an export": ({ audit }) => pieces(audit),
      "an export of the chain": ({ audit }) => pieces(audit, { format: "chain" }),
    } satisfies Record<string, (opened: OpenHistory) => Promise<unknown>>,
  )
) {
  Deno.test(`0031 a damaged row that ${how} meets breaks the chain, is told once, and not again when others are met`, async () => {
    using folder = temporaryFolder();
    const facts: Fact[] = [];
    await using opened = await openIn(folder.path, {
      bounds: { checkFirstMs: LATER, checkEveryMs: LATER, lookMs: LATER },
      onFact: (fact) => void facts.push(fact),
    });
    for (let asked = 0; asked < 2; asked++) {
      await opened.history.complete(completion(await opened.history.accept(acceptance())));
    }
    await opened.audit.checkpoint();
    await read(opened);
    deepEqual([opened.chain().broken, facts], [undefined, []]);
    tamper(folder.path, "drop trigger accepted_is_never_changed; update accepted set token = 't-9' where seq = 1");
    await read(opened);
    const reason = "block 1 is wrong: row 1 is not the one that was written";
    deepEqual([opened.chain().broken, findings(facts)], [reason, [reason]]);
    tamper(folder.path, "update accepted set token = 't-9' where seq = 3");
    await read(opened);
    await opened.reader.request(3);
    deepEqual([opened.chain().broken, findings(facts)], [reason, [reason]]);
  });
}

Deno.test("0031 a damaged fact and a damaged block that a page meets break the chain, in the words of a check", async () => {
  for (
    const [change, reason] of [
      ["update fact set token = 't-9' where seq = 1", "block 1 is wrong: row 1 is not the one that was written"],
      [
        "drop trigger block_is_never_changed; update block set lowest_open = 1 where number = 1",
        "block 1 is not the one that was written",
      ],
    ] as const
  ) {
    using folder = temporaryFolder();
    const facts: Fact[] = [];
    await using opened = await openIn(folder.path, {
      bounds: { checkFirstMs: LATER, checkEveryMs: LATER, lookMs: LATER },
      onFact: (fact) => void facts.push(fact),
    });
    await opened.history.note(someFact());
    await opened.audit.checkpoint();
    tamper(folder.path, change);
    await opened.reader.events({}, { limit: 5 });
    deepEqual([opened.chain().broken, findings(facts)], [reason, [reason]]);
  }
});

Deno.test("0031 what was met stays until a check that begins later finds the chain whole", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, {
    bounds: { checkFirstMs: LATER, checkEveryMs: LATER, checkShare: 1, lookMs: LATER },
  });
  const { signal } = new AbortController();
  const [trigger] = query<{ sql: string }>(
    folder.path,
    "select sql from sqlite_schema where name = 'fact_is_never_changed'",
  );
  await opened.history.note(someFact());
  await opened.audit.checkpoint();
  tamper(folder.path, "update fact set token = 't-9' where seq = 1");
  await opened.reader.events({}, { limit: 5 });
  match(opened.chain().broken ?? "", /^block 1 is wrong: row 1/);
  tamper(folder.path, `update fact set token = null where seq = 1; ${trigger?.sql}`);
  match(opened.chain().broken ?? "", /^block 1 is wrong: row 1/);
  equal((await opened.audit.verify({ signal })).ok, true);
  equal(opened.chain().broken, undefined);
});

Deno.test("0031 what could not be held against its block has the whole chain checked, and breaks nothing by itself", async () => {
  using folder = temporaryFolder();
  const checks = new Checks();
  const facts: Fact[] = [];
  await using opened = await openIn(folder.path, {
    bounds: { checkFirstMs: LATER, checkEveryMs: LATER, checkShare: 1, lookMs: LATER },
    onFact: (fact) => void facts.push(fact),
    onChecked: checks.onChecked,
  });
  await opened.history.note(someFact());
  await opened.audit.checkpoint();
  tamper(folder.path, "alter table block rename to elsewhere");
  const checked = checks.more(1);
  const { items: [item] } = await opened.reader.events({}, { limit: 5 });
  match(
    item && "damaged" in item ? item.damaged.problem : "",
    /^it could not be held against its block: no such table/,
  );
  deepEqual(findings(facts), []);
  const { broken, failed } = await checked ?? {};
  ok(broken ?? failed, "the check said nothing");
});

Deno.test("a check that cannot be made is told as that, and made again", async () => {
  using folder = temporaryFolder();
  const checks = new Checks();
  await using opened = await openIn(folder.path, {
    bounds: { checkFirstMs: 1, checkEveryMs: 1, checkShare: 1, lookMs: LATER },
    onChecked: checks.onChecked,
  });
  await checks.more(1);
  equal(opened.chain().failed, undefined);
  await Deno.rename(`${folder.path}/history.db`, `${folder.path}/elsewhere.db`);
  match((await checks.more(2))?.failed ?? "", /^The history could not be checked: unable to open database file/);
  deepEqual([opened.chain().broken, opened.chain().checked?.blocks], [undefined, 1]);
  await Deno.rename(`${folder.path}/elsewhere.db`, `${folder.path}/history.db`);
  equal((await checks.more(2))?.failed, undefined);
});

Deno.test("what is wrong beside the chain breaks it, whoever finds it, also with a checkpoint; a check from a block on mends nothing", async () => {
  using folder = temporaryFolder();
  const facts: Fact[] = [];
  const checks = new Checks();
  const options = {
    bounds: { checkFirstMs: LATER, checkEveryMs: LATER, checkShare: 1 },
    onFact: (fact: Fact) => void facts.push(fact),
    onChecked: checks.onChecked,
  };
  const { signal } = new AbortController();
  const missing = "the trigger fact_is_never_changed is missing";
  const broken = `beside the chain: ${missing}`;
  {
    await using opened = await openIn(folder.path, options);
    await opened.history.note(someFact());
    const { block, hash } = await opened.audit.checkpoint();
    await opened.history.note(someFact());
    tamper(folder.path, "");
    deepEqual(await opened.audit.verify({ signal, kept: [{ block, hash }] }).then(({ beside }) => beside), missing);
    equal(opened.chain().broken, broken);
    deepEqual(facts, [{ type: "historyDamaged", detail: { reason: broken } }]);

    tamper(
      folder.path,
      "create trigger fact_is_never_changed before update on fact begin select raise(abort, ''); end",
    );
    // Nothing of what stands before it was looked at.
    const first = checks.more(1);
    equal((await opened.audit.verify({ signal, from: { block, hash } })).ok, false);
    match((await first)?.broken ?? "", /^beside the chain: the trigger fact_is_never_changed is not the one/);
    tamper(folder.path, "");
  }
  // The start has found it; the check behind it finds the same, and tells nothing anew.
  facts.length = 0;
  await using again = await openIn(folder.path, { ...options, bounds: { ...options.bounds, checkFirstMs: 1 } });
  equal(again.damaged, broken);
  equal((await checks.more(1))?.broken, broken);
  deepEqual([again.chain().broken, facts], [broken, []]);
});

Deno.test("a check that ends well clears nothing that was found while it went on, and another follows it", async () => {
  const begun: PromiseWithResolvers<Verdict>[] = [];
  const begins: PromiseWithResolvers<void>[] = [
    Promise.withResolvers(),
    Promise.withResolvers(),
    Promise.withResolvers(),
  ];
  const watch = new ChainWatch({
    bounds: { checkFirstMs: 0, checkEveryMs: LATER },
    check: () => {
      const check = Promise.withResolvers<Verdict>();
      begun.push(check);
      begins[begun.length - 1]?.resolve();
      return check.promise;
    },
    now: () => 1,
    broken: undefined,
    onBroken: () => {},
    onChecked: () => {},
  });
  const whole = { ok: true, blocks: 9, records: 9 };
  const bad = { ok: false, blocks: 5, records: 5, firstBad: { block: 5, problem: "changed" } };
  const audit = watch.watched({ verify: () => Promise.resolve(bad) } as unknown as HistoryAudit);
  const { signal } = new AbortController();
  await begins[0]?.promise;
  await audit.verify({ signal });
  begun[0]?.resolve(whole);
  await begins[1]?.promise;
  equal(watch.state.broken, "block 5 is wrong: changed");
  // What an auditor holds against it may be his own fault: the server looks again by itself, now or next.
  await audit.verify({ signal, kept: [{ block: 5, hash: "a".repeat(64) }] });
  begun[1]?.resolve(whole);
  await begins[2]?.promise;
  equal(watch.state.broken, undefined);
  begun[2]?.resolve(whole);
  await watch.end();
});
