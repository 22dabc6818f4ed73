/**
 * A phone whose display does nothing.
 *
 * @module
 */
import { definePlugin } from "switchroom/plugin";

const capabilities = { display: { rows: 8, columns: 200 } };

export default definePlugin((host) => ({
  async start() {
    await host.addPhone({ id: "one", name: "One", capabilities }, { setDisplay() {} });
  },
}));
