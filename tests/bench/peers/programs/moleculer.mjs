/**
 * moleculer: routing only, nothing is stored. Action in another process over its TCP transporter.
 *
 * @module
 */
import moleculer from "moleculer";
import { randomUUID } from "node:crypto";
import { forkWorker, isWorker, workerReady } from "./completions.mjs";
import { serve } from "./front.mjs";

const { ServiceBroker } = moleculer;
const ports = { front: 18091, worker: 18092 };
const nodeID = isWorker ? "worker" : "front";
const broker = new ServiceBroker({
  nodeID,
  logger: false,
  transporter: {
    type: "TCP",
    options: {
      udpDiscovery: false,
      port: ports[nodeID],
      urls: Object.entries(ports).map(([id, port]) => `127.0.0.1:${port}/${id}`),
    },
  },
});

if (isWorker) {
  broker.createService({ name: "op", actions: { run: () => null } });
  await broker.start();
  workerReady();
} else {
  await broker.start();
  await forkWorker(import.meta.filename);
  await broker.waitForServices("op");
  serve(async (op) => {
    await broker.call("op.run", op);
    return randomUUID();
  });
}
