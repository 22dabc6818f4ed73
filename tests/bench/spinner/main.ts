/**
 * A phone whose lamp has threads on every processor compute without end for as long as it is lit.
 *
 * @module
 */
import { definePlugin } from "switchroom/plugin";

const capabilities = { buttons: [{ id: 1, mode: "feature" as const, lampModes: ["off" as const, "steady" as const] }] };
const ENDLESS = `data:text/javascript,${encodeURIComponent("postMessage(0); for (;;);")}`;

let threads: Worker[] = [];

export default definePlugin((host) => ({
  async start() {
    await host.addPhone({ id: "phone", name: "Spinner", capabilities }, {
      async setLamp({ mode }) {
        for (const thread of threads) thread.terminate();
        const count = mode === "off" ? 0 : navigator.hardwareConcurrency;
        threads = Array.from({ length: count }, () => new Worker(ENDLESS, { type: "module" }));
        await Promise.all(threads.map((thread) => new Promise((resolve) => thread.onmessage = resolve)));
      },
    });
  },
}));
