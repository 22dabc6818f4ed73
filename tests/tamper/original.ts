/**
 * The history that is tampered with: blocks of both formats, every kind of row, tokens that were made, rotated, revoked
 * and came to their end.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { hashSecret, type KeptToken } from "../../server/access/mod.ts";
import type { KeptCheckpoint } from "../../server/core/contract/history.ts";
import { writeFormat1 } from "../history/format_1.ts";
import { acceptance, completion, openIn, refused, rowOf, temporaryFolder } from "../history/support.ts";

/** A history, and the checkpoint of it that was kept elsewhere. */
export interface Original {
  readonly bytes: Uint8Array;
  readonly kept: KeptCheckpoint;
}

const AT = 1_750_000_000_000;

/** The tokens of which facts do not tell all: of one the secret, of the other also when it was made, and its end. */
export const CHOSEN = "t-chosen";
export const OLD = "t-old";

function token(id: string, different: Partial<KeptToken> = {}): KeptToken {
  return {
    id,
    name: `desk ${id}`,
    hash: hashSecret(id),
    scopes: ["phones:control"],
    phones: null,
    createdAt: AT,
    ...different,
  };
}

async function writeOld(path: string): Promise<void> {
  const accepted = rowOf("accepted", [5, "setLamp", "v:1", "v", "a-1", "Réception", OLD, "h-1", "r", '{"lamp":12}']);
  const detail = JSON.stringify({ id: OLD, name: "old desk", scopes: ["admin"], phones: ["v:*"] });
  await writeFormat1(path, [
    [rowOf("fact", [AT, "tokenCreated", OLD, ...Array(7).fill(null), detail]), accepted],
    [accepted, rowOf("completed", [2, 6, 5, "failed", -1, "deadline", "Ünwohl", "sent"])],
    [rowOf("completed", [3, 6, null, "succeeded", 0, null, null, "sent"]), rowOf("withdrawn", [3])],
  ]);
  using database = new DatabaseSync(`${path}/history.db`);
  database.prepare("insert into token values (?, 'old desk', ?, '[\"admin\"]', '[\"v:*\"]', ?)").run(
    OLD,
    hashSecret(OLD),
    AT - 3,
  );
}

/** Makes it. */
export async function original(): Promise<Original> {
  using folder = temporaryFolder();
  const { path } = folder;
  await writeOld(path);
  let kept: KeptCheckpoint;
  {
    await using opened = await openIn(path, { durability: "normal" });
    const { history, tokens, audit } = opened;
    await tokens.add(token(CHOSEN, { scopes: ["admin"] }), { isChosen: true });
    for (const id of ["t-1", "t-2", "t-3"]) {
      await tokens.add(token(id), { by: { token: CHOSEN, address: "127.0.0.1" } });
    }
    await tokens.add(token("t-4", { phones: ["virtual:*"], expiresAt: AT + 90_000 }));
    await tokens.rotate("t-1", { hash: hashSecret("1"), at: AT + 1_000, until: AT + 60_000 });
    await tokens.rotate("t-1", { hash: hashSecret("2"), at: AT + 2_000, until: AT + 70_000, expiresAt: AT + 80_000 });
    await tokens.rotate("t-4", { hash: hashSecret("3"), at: AT + 3_000, until: null });
    for (let block = 0; block < 8; block++) {
      await Promise.all(Array.from({ length: 6 }, async (_, count) => {
        const id = await history.accept(
          acceptance({ token: "t-1", reference: count % 2 === 0 ? `call ${count}` : "" }),
        );
        await history.complete(completion(id, { outcome: "failed", result: -1, message: "Besetzt", tookUs: count }));
        if (count % 3 === 0) await history.withdraw(id);
        await history.note(refused({ token: "t-2" }));
      }));
      if (block === 3) await tokens.remove("t-2");
      if (block === 5) await tokens.expire("t-4");
      await audit.checkpoint();
    }
    await tokens.used(new Map([["t-1", AT]]));
    kept = await audit.checkpoint();
  }
  using database = new DatabaseSync(`${path}/history.db`);
  database.exec("pragma journal_mode = delete");
  return { bytes: Deno.readFileSync(`${path}/history.db`), kept };
}
