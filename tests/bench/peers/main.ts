/**
 * The peers' bench: this server beside others that take a request, have it done elsewhere, and answer when it is done,
 * under the same load in one run. README.md says what it needs.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { interruptible } from "../interruption.ts";
import { WrongUse } from "../options.ts";
import { checkOut } from "../revision.ts";
import { runMain } from "../run_main.ts";
import { checkRow } from "./check.ts";
import { measure, send } from "./load.ts";
import { type Asked, parseOptions } from "./options.ts";
import { startPeer } from "./peer.ts";
import { isThere } from "./processes.ts";
import { choose, NODE, ours, PEERS, PROGRAMS, type Row } from "./rows.ts";
import { type Measured, peersTable } from "./table.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const CONNECTIONS = [1, 16, 64, 256];
/** Before each row's loads, and not counted. */
const WARM_UP = { connections: 16, seconds: 2 };

/** @throws {WrongUse} If something that these rows need is not there, before anything is measured. */
async function demand(rows: readonly Row[], { check }: Pick<Asked, "check">): Promise<void> {
  const programs = new Set(["wrk", ...check ? ["strace"] : [], ...rows.flatMap(({ store }) => store.programs)]);
  const missing: string[] = [];
  for (const program of programs) if (!await isThere(program)) missing.push(program);
  if (rows.some(({ command: [program] }) => program === NODE) && !await isThere(NODE)) {
    missing.push(`the peers' packages (npm ci --ignore-scripts, in ${PROGRAMS})`);
  }
  if (missing.length > 0) {
    throw new WrongUse(
      `Not there: ${missing.join(", ")}. tests/bench/peers/README.md says how to install what is needed`,
    );
  }
}

async function measureRows(
  rows: readonly Row[],
  { rounds, seconds, data, signal }: Pick<Asked, "rounds" | "seconds"> & { data: string; signal: AbortSignal },
): Promise<Measured[]> {
  const all: Measured[] = rows.map((row) => ({ row, loads: [], checked: undefined }));
  for (let round = 1; round <= rounds; round++) {
    // Who was last begins the next round, so that what a round leaves behind befalls all alike.
    for (const { row, loads } of round % 2 === 1 ? all : all.toReversed()) {
      signal.throwIfAborted();
      await using peer = await startPeer(row, { data });
      await send(peer, WARM_UP);
      for (const connections of CONNECTIONS) {
        signal.throwIfAborted();
        const load = await measure(peer, { connections, seconds });
        loads.push(load);
        tell(`round ${round}, ${row.name}, ${connections} connections: ${Math.round(load.perSecond)} a second`);
      }
    }
  }
  return all;
}

async function checkRows(all: Measured[], { data, signal }: { data: string; signal: AbortSignal }): Promise<void> {
  for (const measured of all) {
    signal.throwIfAborted();
    tell(`looking into ${measured.row.name}`);
    measured.checked = await checkRow(measured.row, { data });
  }
}

/** On standard error, so that what is printed for machines stays whole. */
function tell(what: string): void {
  console.error(what);
}

function run(data: string, asked: Asked): Promise<string> {
  return interruptible(async (signal) => {
    await using other = asked.against === undefined ? undefined : await checkOut(asked.against);
    const rows = choose([
      ours("Switchroom", REPOSITORY),
      ...other ? [ours(`Switchroom at ${other.commit}`, fileURLToPath(other.checkout))] : [],
      ...PEERS,
    ], asked);
    await demand(rows, asked);
    const measured = await measureRows(rows, { ...asked, data, signal });
    if (asked.check) await checkRows(measured, { data, signal });
    if (!asked.json) return peersTable(measured, { connections: CONNECTIONS });
    return JSON.stringify(measured.map(({ row, ...figures }) => ({ name: row.name, ...figures })), null, 2);
  });
}

await runMain((folder) => run(folder, parseOptions(Deno.args)));
