import { equal } from "node:assert/strict";
import { networkOf } from "../../server/access/mod.ts";

Deno.test("callers of one IPv6 network are one caller, callers with IPv4 addresses are each their own", () => {
  equal(networkOf("192.0.2.7"), "192.0.2.7");
  equal(networkOf("2001:db8:0:1::1"), "2001:db8:0:1::/64");
  equal(networkOf("2001:0DB8:0:1:ffff:ffff:ffff:ffff"), "2001:db8:0:1::/64");
  equal(networkOf("2001:db8::1"), "2001:db8:0:0::/64");
  equal(networkOf("1::2:3:4:5:6:7"), "1:0:2:3::/64");
  equal(networkOf("::1"), "0:0:0:0::/64");
  equal(networkOf("fe80::1%eth0"), "fe80:0:0:0::/64");
  equal(networkOf("64:ff9b::192.0.2.7"), "64:ff9b:0:0::/64");
  equal(networkOf("unix"), "unix");
});
