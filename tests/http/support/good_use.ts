/**
 * Every route, called as it should be, and as only it can be misused.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Call } from "../../harness/api.ts";
import { expect, openPhone, type Workshop } from "./workshop.ts";

/** One call of each of the nine. */
export const OPERATIONS = [
  { operation: "devSpecific", params: btoa('{"press":12}') },
  { operation: "setButtonInfo", button: 12, mode: "feature", function: "hold", text: "Hold" },
  { operation: "setData", dataId: 0, data: "AAEC" },
  { operation: "setDisplay", row: 0, column: 0, text: "Hello" },
  { operation: "setGain", device: "handset", gain: 1 },
  { operation: "setHookSwitch", devices: ["speaker"], mode: "mic" },
  { operation: "setLamp", lamp: 20, mode: "steady" },
  { operation: "setRing", mode: 1, volume: 1 },
  { operation: "setVolume", device: "handset", volume: 1 },
] as const;

const GETTERS = [
  "hookswitch",
  "ring",
  "display",
  "volume/handset",
  "gain/handset",
  "lamps/12",
  "buttons/12",
  "data/0?size=4",
];

/** Groups of calls, each with what it is about. */
export const GOOD_USE: Readonly<Record<string, (workshop: Workshop) => Promise<void>>> = {
  async "health and documents"({ ask }) {
    for (const path of ["/healthz", "/readyz", "/metrics", "/v1/openapi.json", "/v1/asyncapi.json"]) {
      await expect(200, ask("GET", path));
    }
  },

  async applications({ ask, application }) {
    await expect(400, ask("POST", "/v1/applications", { body: { name: "" } }));
    await expect(200, ask("GET", "/v1/applications"));
    await expect(204, ask("POST", `/v1/applications/${application}/lease`));
  },

  async "opening and closing"({ ask, application }) {
    const handles = `/v1/applications/${application}/handles`;
    await expect(400, ask("POST", handles, { body: { phone: 0, privilege: "both" } }));
    await expect(404, ask("POST", handles, { body: { phone: "none:none", privilege: "owner" } }));
    await expect(409, ask("POST", handles, { body: { phone: "virtual:desk-1", privilege: "owner" } }));
    const monitor = await openPhone(ask, application, { phone: 0, privilege: "monitor" });
    await expect(200, ask("DELETE", `/v1/handles/${monitor}`));
  },

  async phones({ ask }) {
    await expect(200, ask("GET", "/v1/phones"));
    for (const phone of ["virtual:desk-1", "virtual%3Adesk-1", "0"]) {
      await expect(200, ask("GET", `/v1/phones/${phone}`));
    }
  },

  async masks({ ask, handle }) {
    const path = `/v1/handles/${handle}/status-messages`;
    const masks = { states: ["lamp"], buttonModes: ["feature"], buttonStates: ["up"] };
    deepEqual(await expect(200, ask("PUT", path, { body: masks })), masks);
    for (const part of Object.keys(masks)) {
      await expect(422, ask("PUT", path, { body: { ...masks, [part]: ["nonsense"] } }));
    }
    await expect(200, ask("GET", path));
  },

  async getters({ ask, handle, monitor }) {
    for (const getter of ["status", ...GETTERS]) await expect(200, ask("GET", `/v1/handles/${handle}/${getter}`));
    for (const getter of ["ring", "display", "data/0"]) {
      await expect(501, ask("GET", `/v1/handles/${monitor}/${getter}`));
    }
    await expect(422, ask("GET", `/v1/handles/${handle}/data/0?size=65537`));
    await perform(ask, handle, { body: person({ connected: false }) });
    for (const getter of GETTERS) await expect(409, ask("GET", `/v1/handles/${handle}/${getter}`));
    await perform(ask, handle, { body: person({ connected: true }) });
  },

  async requests({ ask, application, handle, monitor }) {
    for (const body of OPERATIONS) {
      const { requestId } = await expect(202, ask("POST", `/v1/handles/${handle}/requests`, { body }));
      await expect(200, ask("GET", `/v1/requests/${requestId}`));
      await perform(ask, handle, { body: { ...body, reference: "a word" } });
      const headers = { prefer: "wait=20, return=minimal" };
      await expect(200, ask("POST", `/v1/handles/${handle}/requests`, { body, headers }));
    }
    const lamp = { operation: "setLamp", lamp: 20, mode: "dummy" };
    await expect(422, ask("POST", `/v1/handles/${handle}/requests`, { body: lamp }));
    await expect(403, ask("POST", `/v1/handles/${monitor}/requests`, { body: lamp }));
    await perform(ask, handle, { body: { operation: "setLamp", lamp: 99, mode: "off" } });
    const owner = await openPhone(ask, application, { phone: "virtual:mini-1", privilege: "owner" });
    await expect(
      501,
      ask("POST", `/v1/handles/${owner}/requests`, { body: { operation: "setRing", mode: 1, volume: 1 } }),
    );
    await expect(200, ask("DELETE", `/v1/handles/${owner}`));
  },

  async history({ ask, secretWithout }) {
    await expect(200, ask("GET", "/v1/requests?limit=2&outcome=failed"));
    const authorization = `Bearer ${secretWithout("history:read")}`;
    await expect(403, ask("GET", "/v1/requests?token=another", { headers: { authorization } }));
    await expect(200, ask("GET", "/v1/history/events?limit=500"));
    for (const format of ["jsonl", "csv"]) await expect(200, ask("GET", `/v1/history/export?format=${format}`));
    const checkpoint = await expect(200, ask("GET", "/v1/history/checkpoint"));
    await expect(200, ask("POST", "/v1/history/verify"));
    await expect(200, ask("POST", "/v1/history/verify", { body: { checkpoint } }));
  },

  async "sessions and the socket"({ ask }) {
    await expect(426, ask("GET", "/v1/socket"));
    // A handshake without a key.
    await expect(400, ask("GET", "/v1/socket", { headers: { upgrade: "websocket", "sec-websocket-version": "13" } }));
    const { status, headers } = await ask("POST", "/v1/session");
    equal(status, 204);
    const [cookie = ""] = (headers.get("set-cookie") ?? "").split(";");
    // A cookie counts for pages of the server only, and this call comes from no page.
    await expect(403, ask("DELETE", "/v1/session", { headers: { authorization: "", cookie } }));
    await expect(204, ask("DELETE", "/v1/session", { headers: { cookie } }));
  },

  async tokens({ ask }) {
    const { tokens } = await expect(200, ask<{ tokens: { id: string; scopes: string[] }[] }>("GET", "/v1/tokens"));
    for (const { id, scopes } of tokens) {
      if (scopes.includes("admin")) await expect(409, ask("DELETE", `/v1/tokens/${id}`));
    }
    const { id } = await expect(201, ask("POST", "/v1/tokens", { body: { name: "short", scopes: ["metrics"] } }));
    await expect(200, ask("POST", `/v1/tokens/${id}/rotate`));
    for (let left = 7; left > 0; left--) await expect(200, ask("POST", `/v1/tokens/${id}/rotate`, { body: {} }));
    await expect(409, ask("POST", `/v1/tokens/${id}/rotate`));
    await expect(200, ask("POST", `/v1/tokens/${id}/rotate`, { body: { overlapSeconds: 0 } }));
    await expect(204, ask("DELETE", `/v1/tokens/${id}`));
  },
};

/** An operation that has the person at a virtual phone do something. */
export function person(what: object): object {
  return { operation: "devSpecific", params: btoa(JSON.stringify(what)) };
}

/** Asks for an operation, and waits for its record. */
export async function perform(ask: Call, handle: string, { body }: { body: object }): Promise<void> {
  await expect(200, ask("POST", `/v1/handles/${handle}/requests`, { body, headers: { prefer: "wait=20" } }));
}
