import { deepEqual } from "node:assert/strict";
import { parseMessage, type SipRequest, writeMessage } from "../../../../plugins/sip/lib/message/mod.ts";
import { DEFAULT_ENDPOINT_BOUNDS, openEndpoint } from "../../../../plugins/sip/lib/transaction/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import { DEFAULT_REGISTRAR_BOUNDS, openRegistrar } from "../../../../plugins/sip/registrar/mod.ts";
import { answer } from "../digest/support.ts";
import { HandClock } from "../support/hand_clock.ts";
import { requestOf } from "./support.ts";

const ACCOUNTS = 1_000;
const BEHIND_ONE_ADDRESS = 200;

Deno.test("1,000 phones that come back in one moment are let in, 200 of them from one address, each with an old nonce", async () => {
  const clock = new HandClock();
  const accounts = Array.from(
    { length: ACCOUNTS },
    (_, index) => ({ user: String(1_001 + index), secret: "wonderland" }),
  );
  const registered = new Set<string>();
  const logged: string[] = [];
  const registrar = openRegistrar({
    realm: "phones.test",
    algorithms: ["SHA-256", "MD5"],
    accounts,
    methods: [],
    inDialog: () => "none",
    expiry: { leastSeconds: 60, mostSeconds: 300 },
    bounds: DEFAULT_REGISTRAR_BOUNDS,
    clock,
    onChange: ({ user }) => registered.add(user),
    log: (text) => logged.push(text),
  });
  const answers = new Map<string, Uint8Array>();
  const endpoint = openEndpoint({
    transports: {
      send: (bytes, { host, port }) => Promise.resolve(void answers.set(`${host} ${port}`, bytes)),
      local: () => ({ host: "192.0.2.1", port: 5060 }),
      keep: () => {},
      close: () => Promise.resolve(),
    },
    clock,
    bounds: DEFAULT_ENDPOINT_BOUNDS,
    log: (text) => logged.push(text),
  });
  endpoint.serve({ admit: registrar.admit, onRequest: registrar.register });

  /** Sends a REGISTER, and gives the challenge that it is answered with. */
  const challengeOf = (request: SipRequest, from: Peer): string => {
    endpoint.receive(writeMessage(request), from);
    const bytes = answers.get(`${from.host} ${from.port}`);
    return bytes ? parseMessage(bytes).headers.get("WWW-Authenticate") ?? "" : "";
  };

  let challenge = `Digest realm="phones.test", nonce="of the run before", algorithm=SHA-256, qop="auth"`;
  accounts.forEach(({ user }, index) => {
    const host = index < BEHIND_ONE_ADDRESS ? "198.51.100.1" : `10.0.${index >> 8}.${index & 255}`;
    const from: Peer = { transport: "udp", host, port: 10_000 + index };
    for (const cseq of [1, 2]) {
      const lines = [`Contact: <sip:${user}@${host}:${from.port}>`, `Authorization: ${answer(challenge, { user })}`];
      const said = { from: `<sip:${user}@phones.test>`, callId: user, cseq, branch: `z9hG4bK${user}-${cseq}`, lines };
      challenge = challengeOf(requestOf(said), from) || challenge;
    }
  });
  deepEqual([registered.size, logged], [ACCOUNTS, []]);
  registrar.close();
  await endpoint.close();
});
