/**
 * Phones whose operations do nothing: what is measured is the way to them and back.
 *
 * @module
 */
import { definePlugin, type Driver } from "switchroom/plugin";

const capabilities = {
  buttons: [{ id: 12, mode: "feature" as const, lampModes: ["off" as const, "steady" as const] }],
  setData: [256],
};

function driverOf(report: (params: Uint8Array) => void): Driver {
  return {
    // Whoever sends something is heard by everybody who has the phone open.
    devSpecific({ params }) {
      if (params.length > 0) report(params);
    },
    setLamp() {},
    // Outstanding until its phone is closed.
    setData: (_params, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
  };
}

export default definePlugin<{ phones?: number }>((host, { phones = 1 }) => ({
  async start() {
    for (let number = 1; number <= phones; number++) {
      const driver = driverOf((params) => phone.devSpecific(params));
      const phone = await host.addPhone({ id: `phone-${number}`, name: `Bench phone ${number}`, capabilities }, driver);
    }
  },
}));
