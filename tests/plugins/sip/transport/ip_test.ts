import { deepEqual, equal } from "node:assert/strict";
import { addressBytes, sharedBits } from "../../../../plugins/sip/lib/transport/ip.ts";
import { hostText, peerText, Quota, samePeer, sourceOf } from "../../../../plugins/sip/lib/transport/mod.ts";

Deno.test("an address is its bytes, however it is written", () => {
  deepEqual(addressBytes("192.0.2.7"), [192, 0, 2, 7]);
  deepEqual(addressBytes("::"), Array(16).fill(0));
  deepEqual(addressBytes("::1"), [...Array(15).fill(0), 1]);
  deepEqual(addressBytes("2001:DB8::"), [0x20, 0x01, 0x0d, 0xb8, ...Array(12).fill(0)]);
  deepEqual(addressBytes("fe80::1:2%eth0"), [0xfe, 0x80, ...Array(11).fill(0), 1, 0, 2]);
  deepEqual(addressBytes("1:2:3:4:5:6:7:8"), [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]);
  deepEqual(addressBytes("::ffff:192.0.2.7"), [...Array(10).fill(0), 0xff, 0xff, 192, 0, 2, 7]);
});

Deno.test("addresses are the nearer the more leading bits they share", () => {
  equal(sharedBits("192.168.4.2", "192.168.4.3"), 31);
  equal(sharedBits("192.168.4.2", "192.168.5.2"), 23);
  equal(sharedBits("192.168.4.2", "192.168.4.2"), 32);
  equal(sharedBits("127.0.0.1", "192.168.4.2"), 0);
  equal(sharedBits("2001:db8::1", "2001:db8:0:1::1"), 63);
  equal(sharedBits("192.168.4.2", "::1"), 0);
});

Deno.test("an IPv4 address is a source of its own, an IPv6 address is its network of 64 bits", () => {
  equal(sourceOf("192.0.2.7"), "192.0.2.7");
  equal(sourceOf("2001:db8:0:1::7"), sourceOf("2001:db8:0:1:ffff::"));
  equal(sourceOf("2001:db8:0:1::7") === sourceOf("2001:db8:0:2::7"), false);
});

Deno.test("places are bounded in all and for each source, and can be taken again", () => {
  const quota = new Quota({ most: 3, mostPerSource: 2 });
  const first = quota.acquire("192.0.2.1");
  quota.acquire("192.0.2.1");
  equal(quota.acquire("192.0.2.1"), undefined);
  quota.acquire("192.0.2.2");
  equal(quota.acquire("192.0.2.3"), undefined);
  first?.();
  equal(typeof quota.acquire("192.0.2.3"), "function");
});

Deno.test("several places are taken and given back at once, or none of them", () => {
  const quota = new Quota({ most: 10, mostPerSource: 5 });
  const first = quota.acquire("192.0.2.1", 4);
  equal(quota.acquire("192.0.2.1", 2), undefined);
  equal(quota.isExhaustedBy("192.0.2.1"), false);
  quota.acquire("192.0.2.1", 1);
  equal(quota.isExhaustedBy("192.0.2.1"), true);
  first?.();
  equal(quota.isExhaustedBy("192.0.2.1"), false);
  equal(typeof quota.acquire("192.0.2.1", 4), "function");
  equal(quota.acquire("192.0.2.2", 6), undefined);
});

Deno.test("a peer is one by transport, host and port, and is written as people write it", () => {
  const peer = { transport: "udp", host: "2001:db8::7", port: 5060 } as const;
  equal(samePeer(peer, { ...peer, local: { host: "2001:db8::1", port: 5060 } }), true);
  for (const other of [{ transport: "tcp" as const }, { host: "2001:db8::8" }, { port: 5061 }]) {
    equal(samePeer(peer, { ...peer, ...other }), false);
  }
  equal(peerText(peer), "udp [2001:db8::7]:5060");
  equal(hostText("192.0.2.7"), "192.0.2.7");
});
