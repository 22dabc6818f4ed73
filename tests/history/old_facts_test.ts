import { deepEqual, ok } from "node:assert/strict";
import type { FactType } from "../../server/core/contract/facts.ts";
import { openIn, openInThread, pieces, query, rowOf, temporaryFolder, verify } from "./support.ts";

const AT = 1_750_000_000_000;
const FRONT_DESK = { name: "front desk", scopes: ["phones:control"], phones: null };
const CLOSED = { lastHandle: true, completed: 1 };

/** What version 0.1 wrote: whom it befell stood in `id`, or in the place of who acted, and who acted in `by`. */
const WRITTEN: { type: FactType; token: string; detail: object }[] = [
  { type: "tokenCreated", token: "t-1", detail: { id: "t-1", ...FRONT_DESK } },
  { type: "tokenCreated", token: "t-1", detail: { id: "t-2", ...FRONT_DESK } },
  { type: "handleClosed", token: "t-2", detail: { cause: "operatorRelease", ...CLOSED, by: "t-1" } },
  { type: "applicationEnded", token: "t-2", detail: { cause: "operatorRelease", name: "Reception", by: "t-1" } },
  { type: "handleClosed", token: "t-2", detail: { cause: "close", ...CLOSED } },
  { type: "applicationEnded", token: "t-2", detail: { cause: "shutdown", name: "Reception" } },
  { type: "handleClosed", token: "t-2", detail: { cause: "leaseExpired", ...CLOSED } },
  { type: "applicationEnded", token: "t-2", detail: { cause: "tokenRevoked", name: "Reception" } },
  { type: "tokenRevoked", token: "t-1", detail: { id: "t-2", name: "front desk" } },
  { type: "tokenRevoked", token: "t-3", detail: { id: "t-3", name: "its own" } },
];

/** The same, as it is told now: `token` is who acted, and `subject` whom it befell where that is another. */
const TOLD = [
  { type: "tokenCreated", detail: { subject: "t-1", ...FRONT_DESK } },
  { type: "tokenCreated", token: "t-1", detail: { subject: "t-2", ...FRONT_DESK } },
  { type: "handleClosed", token: "t-1", detail: { cause: "operatorRelease", ...CLOSED, subject: "t-2" } },
  { type: "applicationEnded", token: "t-1", detail: { cause: "operatorRelease", name: "Reception", subject: "t-2" } },
  { type: "handleClosed", token: "t-2", detail: { cause: "close", ...CLOSED } },
  { type: "applicationEnded", token: "t-2", detail: { cause: "shutdown", name: "Reception" } },
  { type: "handleClosed", detail: { cause: "leaseExpired", ...CLOSED, subject: "t-2" } },
  { type: "applicationEnded", detail: { cause: "tokenRevoked", name: "Reception", subject: "t-2" } },
  { type: "tokenRevoked", token: "t-1", detail: { subject: "t-2", name: "front desk" } },
  { type: "tokenRevoked", token: "t-3", detail: { subject: "t-3", name: "its own" } },
].map((fact, index) => ({ seq: index + 1, at: new Date(AT).toISOString(), ...fact }));

Deno.test("facts of version 0.1 are read and exported in present terms: token is who acted, and the rows stay as they are", async () => {
  using folder = temporaryFolder();
  {
    using old = await openInThread(folder.path, () => AT);
    old.blocks.write(
      WRITTEN.map(({ type, token, detail }) =>
        rowOf("fact", [AT, type, token, null, null, null, null, null, null, null, JSON.stringify(detail)])
      ),
    );
  }
  await using opened = await openIn(folder.path);
  const { items } = await opened.reader.events({}, { limit: 50 });
  deepEqual(items.toReversed(), TOLD);

  const lines = (await pieces(opened.audit)).join("").trimEnd().split("\n");
  deepEqual(lines.map((line) => JSON.parse(line)), TOLD.map((fact) => ({ kind: "event", ...fact })));
  const csv = (await pieces(opened.audit, { format: "csv" })).join("");
  ok(!csv.includes('""by""') && !csv.includes('""id""'), csv);

  const rows = query<{ token: string; detail: string }>(folder.path, "select token, detail from fact order by seq");
  deepEqual(
    rows.map(({ token, detail }) => ({ token, detail: JSON.parse(detail) })),
    WRITTEN.map(({ token, detail }) => ({ token, detail })),
  );
  ok(verify(folder.path).ok);
});
