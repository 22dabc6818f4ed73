/**
 * Software phones for trying things out: `desk-1`, a full desk phone, and `mini-1`, a small one on which every refusal
 * can be seen.
 *
 * @module
 */
import { definePlugin } from "switchroom/plugin";
import { addVirtualPhone, VirtualDeskPhone, VirtualPhone } from "./driver.ts";
import { DESK, MINI } from "./models.ts";

export default definePlugin((host) => ({
  async start() {
    await addVirtualPhone(host, { id: "desk-1", name: "Desk 1", capabilities: DESK, driver: VirtualDeskPhone });
    await addVirtualPhone(host, { id: "mini-1", name: "Mini 1", capabilities: MINI, driver: VirtualPhone });
  },
}));
