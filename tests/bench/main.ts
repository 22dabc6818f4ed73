/**
 * The benchmark: the real server with a real plugin process, every request on disk twice, against what this stack can do at all.
 *
 * Everything that is compared is measured in turns in the same run, since figures of different runs or machines do not compare; so what
 * counts are the ratios. What else there is to measure than all of it, {@linkcode parseOptions} says.
 *
 * @module
 */
import { cpus } from "node:os";
import { againstTable } from "./against_figures.ts";
import { crowdLines } from "./crowd_figures.ts";
import { lines } from "./figures.ts";
import { gateWords, judge, ratiosOf } from "./gate.ts";
import { startHelper } from "./helper.ts";
import { interruptible } from "./interruption.ts";
import { type Kept, readKept, writeKept } from "./kept.ts";
import { measureAgainst } from "./measure_against.ts";
import { besideLine, measureBeside } from "./measure_beside.ts";
import { measureCrowd } from "./measure_crowd.ts";
import { measureDisk } from "./measure_disk.ts";
import { measureMemory } from "./measure_memory.ts";
import { measureParts } from "./measure_parts.ts";
import { measureResumption } from "./measure_resumption.ts";
import { measureStart } from "./measure_start.ts";
import { measureThreads } from "./measure_threads.ts";
import { type Asked, parseOptions } from "./options.ts";
import { profile } from "./profile.ts";
import { table } from "./report.ts";
import { checkOut, describeHead } from "./revision.ts";
import { runMain } from "./run_main.ts";

/** The exit code of a gate that is shut. */
const FALLEN = 1;

const MACHINE = { processor: cpus()[0]?.model ?? "unknown", processors: cpus().length, deno: Deno.version.deno };
const HEAD_LINE = `Deno ${MACHINE.deno} on ${MACHINE.processors} processors, ${MACHINE.processor}`;

const startLoad = () => startHelper("load_client.ts", { permissions: ["--allow-net=127.0.0.1"] });

async function measure(folder: string) {
  await using load = startLoad();
  tell("starts and memory at rest");
  const start = await measureStart(`${folder}/start`, { times: 7 });
  const parts = await measureParts(load, { folder, tell });
  tell("many of everything");
  const crowd = await measureCrowd({ rounds: 5, seconds: 4 });
  tell("streams that are resumed");
  const resumption = await measureResumption({ rounds: 3 });
  tell("memory of each");
  const memory = await measureMemory();
  tell("the disk");
  const asItIs = await measureDisk(load, { folder: `${folder}/disk`, slowedByMs: 0, seconds: 3 });
  const slowed = await measureDisk(load, { folder: `${folder}/slowed`, slowedByMs: 20, seconds: 4 });
  const disk = asItIs && slowed && { asItIs, slowed };
  return { start, ...parts, disk, crowd, resumption, memory };
}

async function figures(folder: string, { json }: { json: boolean }): Promise<string> {
  const measured = await measure(folder);
  if (json) return JSON.stringify({ machine: MACHINE, ...measured }, null, 2);
  return `${HEAD_LINE}\n\n${table([...lines(measured), ...crowdLines(measured)])}`;
}

function against(
  folder: string,
  { revision, turns, json }: { revision: string; turns: number; json: boolean },
): Promise<string> {
  return interruptible(async (signal) => {
    await using other = await checkOut(revision);
    const [ours, theirs] = [await describeHead(), other.commit];
    tell(`${ours} against ${theirs}, in turns`);
    const figures = await measureAgainst(folder, { checkout: other.checkout, turns, signal, tell });
    if (json) return JSON.stringify({ machine: MACHINE, ours, theirs, turns, figures }, null, 2);
    return `${HEAD_LINE}\n\n${againstTable(figures, { theirs, turns })}`;
  });
}

async function measureKept(folder: string): Promise<Kept> {
  await using load = startLoad();
  const ratios = ratiosOf(await measureParts(load, { folder, tell }));
  return { commit: await describeHead(), deno: MACHINE.deno, processors: MACHINE.processors, ratios };
}

/** Says no by the exit code, too, so that a script can ask. */
async function gate(folder: string): Promise<string> {
  const then = await readKept();
  const now = await measureKept(folder);
  const verdicts = judge(then.ratios, now.ratios);
  if (verdicts.some(({ fallen }) => fallen)) Deno.exitCode = FALLEN;
  return gateWords(verdicts, { then, now });
}

async function threads(): Promise<string> {
  await using load = startLoad();
  return `${HEAD_LINE}\n\n${await measureThreads(load, { rounds: 5, seconds: 1.5 })}`;
}

async function beside(): Promise<string> {
  await using load = startLoad();
  return besideLine(await measureBeside(load, { turns: 5, seconds: 3 }));
}

function run(folder: string, asked: Asked): Promise<string> {
  switch (asked.mode) {
    case "figures":
      return figures(folder, asked);
    case "against":
      return against(folder, asked);
    case "gate":
      return gate(folder);
    case "keep":
      return measureKept(folder).then(writeKept);
    case "profile":
      return profile(folder);
    case "threads":
      return threads();
    case "beside":
      return beside();
  }
}

/** On standard error, so that what is printed for machines stays whole. */
function tell(what: string): void {
  console.error(`measuring ${what} …`);
}

await runMain((folder) => run(folder, parseOptions(Deno.args)));
