/**
 * A plugin whose phone falls into an endless loop at the first `devSpecific`.
 *
 * @module
 */
import { definePlugin } from "switchroom/plugin";

export default definePlugin((host) => ({
  async start() {
    await host.addPhone({ id: "phone", name: "Phone" }, {
      devSpecific() {
        // Written at once, unlike what goes over the wire.
        console.error("in the loop");
        for (;;);
      },
    });
  },
}));
