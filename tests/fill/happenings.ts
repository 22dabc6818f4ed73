/**
 * What happens beside requests that are made and end well: each kind of thing with how many requests there are to one
 * of it.
 *
 * @module
 */
import { type Fact, type FactType, READ_KINDS } from "../../server/core/contract/facts.ts";
import { DEADLINE_MS, LATE } from "./endings.ts";
import { ADDRESSES, type Application, type Phone, type Plugin, type Request, type Site, type Use } from "./site.ts";

/** One kind of thing. */
export interface Happening {
  /** Requests to one of it, on the average. */
  readonly every: number;
  happen(site: Site): void | Promise<void>;
}

const REFUSALS: readonly Pick<Fact<"callRefused">, "detail" | "result" | "code">[] = [
  {
    result: -1879048173,
    code: "PHONEERR_INVALPHONEHANDLE",
    detail: {
      method: "POST",
      path: "/v1/handles/{handle}/requests",
      status: 404,
      detail: "No open handle of this token has that id: it was closed, by force too; open the phone again",
    },
  },
  {
    result: -1879048165,
    code: "PHONEERR_NOTOWNER",
    detail: {
      method: "POST",
      path: "/v1/handles/{handle}/requests",
      operation: "setLamp",
      params: ["lamp=20", "mode=steady"],
      status: 409,
      detail: "The handle monitors the phone: setLamp needs an owner",
    },
  },
  {
    result: -1879048160,
    code: "PHONEERR_REQUESTOVERRUN",
    detail: {
      method: "request",
      path: "/v1/socket",
      status: 429,
      detail: "64 requests are outstanding; await one first",
    },
  },
  {
    result: -1879048174,
    code: "PHONEERR_INVALPARAM",
    detail: {
      method: "POST",
      path: "/v1/handles/{handle}/requests",
      operation: "setDisplay",
      params: ["row=first", "column=0", "text"],
      status: 400,
      detail: 'Cannot read params.row: it is "first", and must be a whole number from 0 to 4294967295',
    },
  },
  { detail: { method: "GET", path: "/v1/tokens", status: 403, detail: "This needs a token with the scope admin" } },
  {
    detail: {
      method: "DELETE",
      path: "/v1/applications/{application}",
      status: 404,
      detail: "No application has that id",
    },
  },
  { detail: { path: "/v1/handles/{handle}/requests", status: 429, count: 1_214 } },
];

/** The only use of a phone, with a request under way that nothing but a close or its deadline ends. */
function busy(site: Site): Use {
  return unanswered(site).use;
}

function unanswered(site: Site): Request {
  const request = site.request(site.onlyUse());
  site.agenda.after(DEADLINE_MS, () => site.finish(request, LATE));
  return request;
}

function anyPhone({ random, phones }: Site): Phone {
  return random.pick(phones);
}

function anyPlugin({ random, plugins }: Site): Plugin {
  return random.pick(plugins);
}

/** An application that has a phone open and a request under way. */
function anyApplication(site: Site): Application {
  return busy(site).application;
}

/** A plugin fails, and is started again after a pause. */
function fail(
  site: Site,
  { cause, detail }: { cause: "pluginCrash" | "pluginHang" | "protocolError"; detail: string },
) {
  const { plugin } = busy(site).phone;
  site.losePlugin(plugin, { cause, detail });
  site.agenda.pass(1_000 + site.random.below(2_000));
  site.regainPlugin(plugin);
}

/** What changes something. What is rare here is so in the world. */
const SCENES: readonly Happening[] = [
  // Handles and applications.
  {
    every: 60,
    happen: (site) => site.close(site.random.pick(site.uses), { cause: "close" }),
  },
  { every: 700, happen: (site) => site.close(busy(site), { cause: "close" }) },
  {
    every: 900,
    happen(site) {
      const use = site.anyUse();
      const request = site.request(use);
      site.agenda.pass(4);
      site.finish(request, { outcome: "succeeded", result: 0 });
      site.rows.withdraw(request.id);
      site.close(use, { cause: "close" });
    },
  },
  { every: 2_000, happen: (site) => site.end(anyApplication(site), { cause: "shutdown" }) },
  { every: 6_000, happen: (site) => site.end(anyApplication(site), { cause: "leaseExpired" }) },
  {
    every: 15_000,
    happen: (site) => site.end(anyApplication(site), { cause: "operatorRelease", by: site.operator }),
  },
  { every: 10_000, happen: (site) => site.close(busy(site), { cause: "operatorRelease", by: site.operator }) },
  { every: 3_000, happen: (site) => site.forceClose(busy(site).phone) },
  {
    every: 5_000,
    happen(site) {
      const use = busy(site);
      const { phone } = use;
      site.agenda.pass(5_000);
      site.close(use, { cause: "close", end: { outcome: "lost", cause: "closeDeadline" } });
      site.note({
        type: "pluginFault",
        plugin: phone.plugin.name,
        phone: phone.id,
        detail: { fault: "It acknowledged a close with 1 operations open" },
      });
    },
  },

  // Phones.
  {
    every: 80,
    happen(site) {
      const { id: phone, plugin: { name: plugin } } = anyPhone(site);
      site.note({ type: "phoneDisconnected", plugin, phone });
      site.agenda.after(500 + site.random.below(90_000), () => site.note({ type: "phoneConnected", plugin, phone }));
    },
  },
  {
    every: 8_000,
    happen(site) {
      const { phone } = busy(site);
      const { id, name, plugin } = phone;
      site.closePhone(phone, { cause: "phoneRemoved" });
      site.note({ type: "phoneRemoved", plugin: plugin.name, phone: id });
      site.agenda.pass(60_000);
      site.note({ type: "phoneAdded", plugin: plugin.name, phone: id, detail: { name } });
    },
  },

  // Plugins.
  {
    every: 25_000,
    happen: (site) =>
      fail(site, { cause: "pluginCrash", detail: "it ended with exit code 1: TypeError: x is undefined" }),
  },
  { every: 40_000, happen: (site) => fail(site, { cause: "pluginHang", detail: "it left 3 heartbeats unanswered" }) },
  {
    every: 90_000,
    happen: (site) => fail(site, { cause: "protocolError", detail: "it completed request 17 with the result 3" }),
  },
  {
    every: 50_000,
    happen(site) {
      const { plugin } = busy(site).phone;
      const command = (command: "start" | "stop" | "reload") =>
        site.note({
          type: "pluginCommanded",
          token: site.operator,
          address: ADDRESSES[0]!,
          plugin: plugin.name,
          detail: { command },
        });
      command("stop");
      for (const phone of plugin.phones) site.closePhone(phone, { cause: "pluginStop" });
      site.losePlugin(plugin, { cause: "pluginStop", detail: "an operator stopped it" });
      site.agenda.pass(60_000);
      command("start");
      site.regainPlugin(plugin);
    },
  },
  {
    every: 800,
    happen(site) {
      const { id, use } = unanswered(site);
      const plugin = use.phone.plugin.name;
      // After its deadline has ended it.
      site.agenda.after(
        DEADLINE_MS + 1_000 + site.random.below(60_000),
        () => site.note({ type: "lateCompletion", plugin, result: 0, detail: { requestId: id } }),
      );
    },
  },

  // Access.
  { every: 30_000, happen: (site) => site.renewToken(anyApplication(site).token, { expires: false }) },
  { every: 30_000, happen: (site) => site.renewToken(anyApplication(site).token, { expires: true }) },
  { every: 30_000, happen: (site) => site.rotateToken(anyApplication(site).token) },

  // The machine.
  {
    every: 100_000,
    happen(site) {
      const { agenda } = site;
      const expected = new Date(agenda.now).toISOString();
      agenda.pass(7_000);
      site.note({ type: "clockJumped", detail: { byMs: 7_000, expected } });
    },
  },
  {
    every: 200_000,
    happen(site) {
      const reason = "database or disk is full";
      site.note({ type: "historyFailed", detail: { reason } });
      site.agenda.pass(240_000);
      site.note({ type: "historyResumed", detail: { after: reason } });
    },
  },
];

/** Said of a fact that is written where something else happens, in a scene or at the site. */
const COMES_ALONG = "comes along";

/** A fact that comes alone. */
interface Alone<Type extends FactType> {
  /** As of a {@linkcode Happening}. */
  readonly every: number;
  fact(site: Site): Fact<Type>;
}

/** What becomes of each kind of fact: whoever adds one is asked by the compiler. */
const ALONE: { readonly [Type in FactType]: Alone<Type> | typeof COMES_ALONG } = {
  serverStarted: COMES_ALONG,
  serverStopped: COMES_ALONG,
  applicationStarted: COMES_ALONG,
  applicationMoved: {
    every: 400,
    fact(site) {
      const application = anyApplication(site);
      const { token, id, address: before } = application;
      const address = application.address = site.random.pick(ADDRESSES.filter((address) => address !== before));
      return { type: "applicationMoved", token, application: id!, address, detail: { before } };
    },
  },
  applicationEnded: COMES_ALONG,
  handleOpened: COMES_ALONG,
  handleClosed: COMES_ALONG,
  callRefused: {
    every: 30,
    fact: (site) => ({
      type: "callRefused",
      token: site.anyUse().application.token,
      address: site.random.pick(ADDRESSES),
      ...site.random.pick(REFUSALS),
    }),
  },
  accessRefused: {
    every: 110,
    fact: ({ random }) =>
      random.once(8)
        ? { type: "accessRefused", detail: { reason: "noToken", count: 300 + random.below(900), addresses: "several" } }
        : {
          type: "accessRefused",
          address: random.pick(ADDRESSES),
          detail: { reason: "unknownToken", count: 1 + random.below(40) },
        },
  },
  historyRead: {
    every: 500,
    fact: (site) => ({
      type: "historyRead",
      token: site.anyUse().application.token,
      address: site.random.pick(ADDRESSES),
      detail: { what: site.random.pick(READ_KINDS), count: 1 + site.random.below(60) },
    }),
  },
  tokenCreated: COMES_ALONG,
  tokenRotated: COMES_ALONG,
  tokenExpiring: COMES_ALONG,
  tokenExpired: COMES_ALONG,
  tokenRevoked: COMES_ALONG,
  pluginStarted: COMES_ALONG,
  pluginReady: COMES_ALONG,
  pluginStopped: COMES_ALONG,
  pluginFailed: COMES_ALONG,
  pluginGivenUp: {
    every: 250_000,
    fact: (site) => ({
      type: "pluginGivenUp",
      plugin: anyPlugin(site).name,
      detail: { state: "givenUp", detail: "it crashed 3 times within 5 minutes" },
    }),
  },
  pluginRefused: {
    every: 250_000,
    fact: (site) => ({
      type: "pluginRefused",
      plugin: anyPlugin(site).name,
      detail: { state: "stopped", detail: "it was written for switchroom ^2.0: this server has 1.1.0" },
    }),
  },
  pluginFault: {
    every: 2_500,
    fact: (site) => ({
      type: "pluginFault",
      plugin: anyPlugin(site).name,
      detail: { fault: "It told of the state of a phone that is not open" },
    }),
  },
  pluginCommanded: COMES_ALONG,
  phoneAdded: COMES_ALONG,
  phoneChanged: {
    every: 1_500,
    fact(site) {
      const { id: phone, plugin } = anyPhone(site);
      return { type: "phoneChanged", plugin: plugin.name, phone, detail: { parts: ["buttons", "display"] } };
    },
  },
  phoneRemoved: COMES_ALONG,
  phoneConnected: COMES_ALONG,
  phoneDisconnected: COMES_ALONG,
  phoneForceClosed: COMES_ALONG,
  phoneActivity: {
    every: 600,
    fact(site) {
      const { id: phone, plugin } = anyPhone(site);
      return { type: "phoneActivity", plugin: plugin.name, phone, detail: { buttons: 2 + site.random.below(20) } };
    },
  },
  lateCompletion: COMES_ALONG,
  historyFailed: COMES_ALONG,
  clockJumped: COMES_ALONG,
  historyDamaged: {
    every: 300_000,
    fact: () => ({
      type: "historyDamaged",
      detail: { reason: "block 8121 is wrong: its hash is 5feceb66…; its rows and the block before give 6b86b273…" },
    }),
  },
  historyAccepted: {
    every: 300_000,
    fact: () => ({
      type: "historyAccepted",
      detail: { reason: "it ends at block 8121, but block 8133 was noted: it is an older copy" },
    }),
  },
  checkpointFailed: {
    every: 200_000,
    fact: () => ({ type: "checkpointFailed", detail: { target: "url", reason: "it answered 503" } }),
  },
  checkpointResumed: {
    every: 200_000,
    fact: () => ({ type: "checkpointResumed", detail: { target: "url" } }),
  },
  historyResumed: COMES_ALONG,
};

/** All that happens. */
export const HAPPENINGS: readonly Happening[] = [
  ...SCENES,
  ...Object.values(ALONE).flatMap((alone): Happening[] =>
    alone === COMES_ALONG ? [] : [{ every: alone.every, happen: (site) => site.note(alone.fact(site)) }]
  ),
];
