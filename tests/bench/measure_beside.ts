/**
 * One client of a healthy plugin, alone and beside a plugin that computes on every processor without end, in turns.
 *
 * @module
 */
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { benchConfig } from "./bench_plugin.ts";
import type { Helper } from "./helper.ts";
import { openPhone } from "./open_phone.ts";
import { LoadResult } from "./questions.ts";
import { median } from "./statistics.ts";

const SPINNER = new URL("spinner", import.meta.url).pathname;
/** How long a plugin spins until it is weighed less, with a second or two to spare. */
const SETTLING_SECONDS = 6;

/** Milliseconds that 99 of 100 requests take at most, and how many times as long as alone: medians of the turns. */
export interface Beside {
  alone: number;
  /** While it begins to compute, before it is weighed less. */
  atFirst: number;
  beside: number;
  ratio: number;
}

/** Measures in so many turns, each for twice as many `seconds`, after a load that does not count. */
export async function measureBeside(
  load: Helper,
  { turns, seconds }: { turns: number; seconds: number },
): Promise<Beside> {
  const config = benchConfig();
  await using server = await startServer({ config: { ...config, plugins: [...config.plugins, { source: SPINNER }] } });
  const { waited } = await openPhone(server);
  const spin = await spinner(server);
  const p99 = async (seconds: number) => (await load.ask({ ...waited, connections: 1, seconds }, LoadResult)).p99;
  await p99(seconds);
  const measured: Beside[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const alone = await p99(seconds);
    await spin("steady");
    const atFirst = await p99(SETTLING_SECONDS);
    const beside = await p99(seconds);
    await spin("off");
    measured.push({ alone, atFirst, beside, ratio: beside / alone });
  }
  const of = (name: keyof Beside) => median(measured.map((turn) => turn[name]));
  return { alone: of("alone"), atFirst: of("atFirst"), beside: of("beside"), ratio: of("ratio") };
}

/** Opens the spinner's phone; what is returned has it begin and end. */
async function spinner(server: { url: string; token: string }): Promise<(mode: "steady" | "off") => Promise<void>> {
  const call = api(server);
  const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "Spinner" } });
  const opened = await call("POST", `/v1/applications/${application}/handles`, {
    body: { phone: "spinner:phone", privilege: "owner" },
  });
  return async (mode) => {
    const { body } = await call("POST", `/v1/handles/${opened.body.handle}/requests`, {
      body: { operation: "setLamp", lamp: 1, mode },
      headers: { prefer: "wait=30" },
    });
    if (body.outcome !== "succeeded") throw new Error(`The spinner does not work: ${JSON.stringify(body)}`);
  };
}

/** The figures as a line. */
export function besideLine({ alone, atFirst, beside, ratio }: Beside): string {
  const [a, b, c] = [alone, atFirst, beside].map((ms) => `${ms.toFixed(2)} ms`);
  return `p99 of a healthy plugin: alone ${a}; beside one that computes on every processor ${c}, ${
    ratio.toFixed(1)
  } times as long (${b} in its first seconds)`;
}
