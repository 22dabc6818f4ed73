#!/bin/sh
# JsSIP and SIP.js throw away a whole request when a tel: or urn: URI stands in From, To or Contact.
#
# Version:   jssip 3.13.8, sip.js 0.21.2 on Deno 2.9.6
# Guess:     From: <tel:+49301> (RFC 3261 20.20 and 25.1: any absolute URI), as gateways write it, is read, or answered 416
# Behaviour: parseMessage gives undefined, in both and for all three headers: there is nothing left to answer
# So:        write sip: URIs towards browsers
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { parseMessage } from "npm:jssip@3.13.8/lib/Parser.js";
import { Parser } from "npm:sip.js@0.21.2/lib/core/index.js";
const quiet = { debug() {}, log() {}, warn() {}, error() {} };
const plain = { From: "<sip:1@a.test>;tag=1", To: "<sip:2@a.test>", Contact: "<sip:1@a.test>" };
const changes = [{}, { From: "<tel:+49301>;tag=1" }, { To: "<urn:service:sos>" }, { Contact: "<tel:+49301>" }];
for (const change of changes) {
  const headers = Object.entries({ ...plain, ...change }).map(([name, value]) => `${name}: ${value}`.trim());
  const text = [
    "OPTIONS sip:2@a.test SIP/2.0", "Via: SIP/2.0/UDP a.test;branch=z9hG4bKa", "Max-Forwards: 70", ...headers, "Call-ID: 1", "CSeq: 1 OPTIONS", "Content-Length: 0", "", "",
  ].join("\r\n");
  const words = (message) => message === undefined ? "thrown away" : "read";
  const [[name, value]] = Object.entries({ ...change, plain: "" });
  console.log(`${`${name} ${value}`.trim()}: jssip ${words(parseMessage(text, { getLogger: () => quiet }))}, sip.js ${words(Parser.parseMessage(text, quiet))}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
plain: jssip read, sip.js read
From <tel:+49301>;tag=1: jssip thrown away, sip.js thrown away
To <urn:service:sos>: jssip thrown away, sip.js thrown away
Contact <tel:+49301>: jssip thrown away, sip.js thrown away
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  exit 1
}
echo 'as found: one request with one header changed, to JsSIP 3.13.8 and SIP.js 0.21.2:'
cat seen
