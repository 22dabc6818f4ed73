import { deepEqual, equal, ok } from "node:assert/strict";
import { runModule } from "./processes.ts";
import {
  acceptance,
  completion,
  openIn,
  openInThread,
  query,
  rowOf,
  someFact,
  temporaryFolder,
  verify,
} from "./support.ts";

Deno.test("what a server left open is lost at the next start, in one block, before anything new (invariant 7)", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    const { history } = opened;
    const ids = await Promise.all(Array.from({ length: 5 }, () => history.accept(acceptance())));
    await history.complete(completion(ids[1] ?? 0));
  }
  await using opened = await openIn(folder.path);
  equal(opened.recovered, 4);
  const [lost] = query<{ first_seq: number; last_seq: number; lowest_open: number }>(
    folder.path,
    "select first_seq, last_seq, lowest_open from block order by number desc limit 1",
  );
  deepEqual({ ...lost }, { first_seq: 7, last_seq: 10, lowest_open: 11 });
  const next = await opened.history.accept(acceptance());
  deepEqual(
    (await opened.reader.requests({ outcome: "lost" }, { limit: 10 })).items.map((record) => record.requestId),
    [5, 4, 3, 1],
  );
  const record = await opened.reader.request(1);
  deepEqual(
    [record?.state, record?.outcome, record?.cause, record?.result, record?.code, record?.reply, record?.dispatchedAt],
    ["completed", "lost", "serverRestart", -1879048164, "PHONEERR_OPERATIONFAILED", "suppressed", null],
  );
  equal(next, 11);
  ok(verify(folder.path).ok);
});

Deno.test("more open requests than one call for random bytes has salts for are lost like fewer (invariant 7)", async () => {
  const open = 4_097;
  using folder = temporaryFolder();
  {
    using written = await openInThread(folder.path);
    written.blocks.write(
      Array.from(
        { length: open },
        () => rowOf("accepted", [7, "setLamp", "virtual:a", "virtual", "a", "n", "t", "h", null, "{}", null]),
      ),
      { seal: true },
    );
  }
  await using opened = await openIn(folder.path);
  equal(opened.recovered, open);
  ok(verify(folder.path).ok);
});

Deno.test("a start that finds nothing open writes nothing", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    await opened.history.complete(completion(await opened.history.accept(acceptance())));
  }
  const before = verify(folder.path);
  await using opened = await openIn(folder.path);
  equal(opened.recovered, 0);
  deepEqual(verify(folder.path), before);
});

Deno.test("a history keeps its id and goes on in its chain from start to start", async () => {
  using folder = temporaryFolder();
  const ids = new Set<string>();
  for (let start = 0; start < 3; start++) {
    await using opened = await openIn(folder.path);
    ids.add(opened.historyId);
    await opened.history.note(someFact());
  }
  equal(ids.size, 1);
  ok(/^[0-9a-f]{32}$/.test([...ids].join()));
  deepEqual(verify(folder.path), { ok: true, blocks: 4, records: 4 });
});

Deno.test("a writer killed with SIGKILL loses nothing that it had acknowledged, and leaves nothing without its one completion (invariants 1, 2, 7)", async () => {
  using folder = temporaryFolder();
  const acknowledged = { accepted: new Set<number>(), completed: new Set<number>() };
  const note = (line: string) => {
    const [what, id] = line.split(" ");
    if (what === "accepted" || what === "completed") acknowledged[what].add(Number(id));
  };
  for (const lines of [200, 1_000, 37]) {
    const writing = runModule("./writing_process.ts", { args: [folder.path] });
    for (let heard = 0; heard < lines; heard++) note((await writing.lines.next()).value ?? "");
    for (const line of await writing.kill()) note(line);
  }
  await using opened = await openIn(folder.path);
  ok(verify(folder.path).ok);
  deepEqual(
    query<{ integrity_check: string }>(folder.path, "pragma integrity_check").map((row) => row.integrity_check),
    ["ok"],
  );
  const accepted = new Set(query<{ seq: number }>(folder.path, "select seq from accepted").map((row) => row.seq));
  const completed = query<{ request: number; outcome: string }>(folder.path, "select request, outcome from completed");
  ok(acknowledged.accepted.size > 100);
  ok(acknowledged.accepted.isSubsetOf(accepted));
  deepEqual(new Set(completed.map((row) => row.request)), accepted);
  equal(completed.length, accepted.size);
  const succeeded = new Set(completed.filter((row) => row.outcome === "succeeded").map((row) => row.request));
  ok(acknowledged.completed.isSubsetOf(succeeded));
  ok(opened.recovered > 0);
});
