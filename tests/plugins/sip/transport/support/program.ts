/**
 * A process with the permissions of a plugin: a round over each transport, then what it may not have.
 *
 * @module
 */
import { DEFAULT_TRANSPORT_BOUNDS, openTransports } from "../../../../../plugins/sip/lib/transport/mod.ts";

const both = Promise.withResolvers<void>();
const heard = new Set<string>();
const bounds = DEFAULT_TRANSPORT_BOUNDS;

const us = await openTransports({ bounds, listen: [{ host: "127.0.0.1", port: 0 }], transports: ["udp", "tcp"] });
us.start({
  onMessage(_bytes, { transport }) {
    heard.add(transport);
    if (heard.size === 2) both.resolve();
  },
});
for (const transport of ["udp", "tcp"] as const) {
  const to = { transport, ...us.local({ transport, host: "127.0.0.1", port: 1 }) };
  await us.send(new TextEncoder().encode("HI SIP/2.0\r\nContent-Length: 0\r\n\r\n"), to);
}
await both.promise;
await us.close();
console.log([...heard].sort().reverse().join(" "));

for (const transport of ["udp", "tcp"] as const) {
  const refused = await openTransports({
    bounds,
    listen: [{ host: "192.0.2.1", port: 0 }],
    transports: [transport],
  })
    .then(() => "opened", (error: Error) => error.message);
  console.log(refused.split("\n")[0]);
}
