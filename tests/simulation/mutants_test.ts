/**
 * Deliberate faults, each put into a copy of the source of the core or of the SDK's turns: the simulation must catch
 * every one. A fault whose place is not found any more fails too, so that this list keeps up with them.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { cp } from "node:fs/promises";
import { simulate } from "./simulate.ts";

const SERVER = new URL("../../server/", import.meta.url);

interface Mutant {
  fault: string;
  /** In `server/core`, unless it is a path. */
  file: string;
  /** What stands there. */
  right: string;
  /** What the mutant has instead. */
  wrong: string;
}

const ITEM_TURNS = "../plugin/item_turns.ts";

const MUTANTS: Mutant[] = [
  {
    fault: "a dropped completion",
    file: "plugin_reports.ts",
    right: `if (result === 0) complete(`,
    wrong: `if (requestId % 5 === 0) return;\n  if (result === 0) complete(`,
  },
  {
    fault: "a reply after the application's own close",
    file: "complete.ts",
    right: `if (!request.suppressed) tell(`,
    wrong: `tell(`,
  },
  {
    fault: "a close that does not wait for what it completes",
    file: "close.ts",
    right: `  await underWay(exchange, released.then(() => inTime(exchange, { rows: recorded, otherwise })));\n`,
    wrong: ``,
  },
  {
    fault: "an orphan aborted when its handle leaves",
    file: "close.ts",
    right: `if (!lastHandle) leave(handle);`,
    wrong:
      `if (!lastHandle) {\n    leave(handle);\n    for (const { stage } of handle.requests.values()) if (stage.name === "dispatched") stage.to.abort(stage.id);\n  }`,
  },
  {
    fault: "a completion told before its row is on disk",
    file: "complete.ts",
    right: `await exchange.history.complete(`,
    wrong: `exchange.history.complete(`,
  },
  {
    fault: "a reply that overtakes the answer with the request's id",
    file: "complete.ts",
    right: `if (!request.suppressed) await request.answered.promise;`,
    wrong: ``,
  },
  {
    fault: "an operation that goes out although its phone is closing",
    file: "request.ts",
    right: `if (taken.stage.name === "stopped") complete`,
    wrong: `if (taken.stage.name === "stopped" && taken.stage.outcome === "timedOut") complete`,
  },
  {
    fault: "a plugin told of a close that is not the last",
    file: "close.ts",
    right: `const lastHandle = handle.phone.handles.size === 0;`,
    wrong: `const lastHandle = true;`,
  },
  {
    fault: "requests forgotten when their plugin crashes",
    file: "plugin_reports.ts",
    right: `if (stage.name === "dispatched" && stage.to === process) {`,
    wrong: `if (stage.name === "dispatched" && stage.to === process && request.operation !== "devSpecific") {`,
  },
  {
    fault: "PHONE_CLOSE before the replies of a forced close",
    file: "close.ts",
    right: `  await Promise.all([...handle.requests.values()].map((request) => request.told.promise));\n`,
    wrong: ``,
  },
  {
    fault: "a withdrawn reply without the row that says so",
    file: "close.ts",
    right: `return withdrawn.map((requestId) => history.withdraw(requestId));`,
    wrong: `return withdrawn.map(() => Promise.resolve());`,
  },
  {
    fault: "an abort that is called a failure",
    file: "plugin_reports.ts",
    right: `else if (session.state === "closing") complete(`,
    wrong: `else if (session.state === "closing" && session.cause === "serverStop") complete(`,
  },
  {
    fault: "two owners of one phone",
    file: "open_phone.ts",
    right: `privilege === "owner" && phone.owner`,
    wrong: `privilege === "owner" && phone.owner && phone.handles.size > 2`,
  },
  {
    fault: "a closing that a plugin can hold for ever",
    file: "session.ts",
    right: `await within(closed, { clock, ms: closeMs });`,
    wrong: `await closed;`,
  },
  {
    fault: "two operations of one item that the core swaps",
    file: "request.ts",
    right: `else dispatch(taken, { id, params: outgoing });`,
    wrong: `else if (id % 5 > 0) dispatch(taken, { id, params: outgoing });
  else void Promise.resolve().then(() => {}).then(() => {}).then(() => dispatch(taken, { id, params: outgoing }));`,
  },
  {
    fault: "two operations of one item that the SDK swaps",
    file: ITEM_TURNS,
    right: `if (line) line.push(turn);`,
    wrong: `if (line) line.splice(1, 0, turn);`,
  },
  {
    fault: "an operation on several hookswitches that waits for one of them",
    file: ITEM_TURNS,
    right: `this.#items.every(`,
    wrong: `this.#items.length === 0 || this.#items.some(`,
  },
  {
    fault: "an operation whose turn never comes, because the one before was given up while it waited",
    file: ITEM_TURNS,
    right: `      line.splice(place, 1);`,
    wrong: `      if (place === 0) line.splice(place, 1);`,
  },
];

for (const mutant of MUTANTS) {
  Deno.test(`the simulation catches ${mutant.fault}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      for (const part of ["core", "plugin/item_turns.ts"]) {
        await cp(new URL(part, SERVER), `${folder}/${part}`, { recursive: true });
      }
      const path = `${folder}/core/${mutant.file}`;
      const source = await Deno.readTextFile(path);
      ok(source.split(mutant.right).length === 2, `${mutant.file} has this not once: ${mutant.right}`);
      await Deno.writeTextFile(path, source.replace(mutant.right, () => mutant.wrong));
      const { createCore } = await import(`file://${folder}/core/mod.ts`);
      const { ItemTurns } = await import(`file://${folder}/plugin/item_turns.ts`);
      const { violation, runs } = await simulate({ subject: { createCore, ItemTurns }, seed: 1, runs: 3_000 });
      ok(violation, `no rule was broken in ${runs} histories`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
