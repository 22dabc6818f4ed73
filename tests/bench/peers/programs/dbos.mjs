/**
 * DBOS Transact: a workflow in the front's own process, as DBOS is normally deployed. STEP=1 runs
 * the handler as a step (one more commit).
 *
 * @module
 */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { serve } from "./front.mjs";

const handler = async () => {};
const workflow = DBOS.registerWorkflow(
  async () => process.env.STEP === "1" ? await DBOS.runStep(handler, { name: "handler" }) : await handler(),
  { name: "op" },
);
DBOS.setConfig({
  name: "peer",
  systemDatabaseUrl: process.env.DATABASE_URL,
  systemDatabasePoolSize: Number(process.env.POOL ?? 32),
  logLevel: "error",
});
await DBOS.launch();
serve(async (op) => {
  const handle = await DBOS.startWorkflow(workflow)(op);
  await handle.getResult();
  return handle.workflowID;
});
