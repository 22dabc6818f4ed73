#!/bin/sh
# JsSIP and SIP.js take the last Via of a line for the topmost one.
#
# Version:   jssip 3.13.8, sip.js 0.21.2 on Deno 2.9.6
# Guess:     "Via: a, b" is "Via: a" and "Via: b" on two lines (RFC 3261 7.3.1): the branch is that of a in both spellings
# Behaviour: on two lines a; on one line b, by which both then look for the transaction
# So:        one Via a line towards browsers, and a proxy between must not join them
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { parseMessage } from "npm:jssip@3.13.8/lib/Parser.js";
import { Parser } from "npm:sip.js@0.21.2/lib/core/index.js";
const first = "SIP/2.0/UDP a.test;branch=z9hG4bKa", second = "SIP/2.0/TCP b.test;branch=z9hG4bKb";
const quiet = { debug() {}, log() {}, warn() {}, error() {} };
for (const [name, via] of [["two lines", `${first}\r\nVia: ${second}`], ["one line", `${first}, ${second}`]]) {
  const text = [
    "OPTIONS sip:2@a.test SIP/2.0", `Via: ${via}`, "Max-Forwards: 70", "From: <sip:1@a.test>;tag=1", "To: <sip:2@a.test>", "Call-ID: 1", "CSeq: 1 OPTIONS", "Content-Length: 0", "", "",
  ].join("\r\n");
  console.log(`${name}: jssip ${parseMessage(text, { getLogger: () => quiet }).via_branch}, sip.js ${Parser.parseMessage(text, quiet).viaBranch}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
two lines: jssip z9hG4bKa, sip.js z9hG4bKa
one line: jssip z9hG4bKb, sip.js z9hG4bKb
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  exit 1
}
echo 'as found: the branch of the topmost of two Via headers, to JsSIP 3.13.8 and SIP.js 0.21.2:'
cat seen
