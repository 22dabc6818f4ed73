#!/bin/sh
# The package sip reads neither a URI with an IPv6 address nor one whose scheme has a capital letter.
#
# Version:   sip 0.0.6 on Deno 2.9.6
# Guess:     sip:1010@[2001:db8::1]:5060 and SIP:1010@phones.test (RFC 3261 19.1.1, 19.1.4) are read as their plain kin is
# Behaviour: parseUri gives undefined for both; parse of a REGISTER keeps the text, so the next reader fails, not this one.
#            A Via with an IPv6 address is read as the host "[2001", without its branch
# So:        test the answer of parseUri before it is used: nothing is thrown where the phone is registered
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import sip from "npm:sip@0.0.6";
for (const uri of ["sip:1010@192.0.2.1:5060", "sip:1010@[2001:db8::1]:5060", "SIP:1010@phones.test"]) {
  const message = sip.parse([
    "REGISTER sip:phones.test SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "To: <sip:1010@phones.test>",
    "From: <sip:1010@phones.test>;tag=1", "Call-ID: 1", "CSeq: 1 REGISTER", `Contact: <${uri}>`, "", "",
  ].join("\r\n"));
  console.log(`contact ${message.headers.contact[0].uri}, user ${sip.parseUri(uri)?.user}`);
}
const [via] = sip.parse([
  "OPTIONS sip:a SIP/2.0", "Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK1", "To: <sip:a>", "From: <sip:b>;tag=1", "Call-ID: 1", "CSeq: 1 OPTIONS", "", "",
].join("\r\n")).headers.via;
console.log(`via ${via.host}, branch ${via.params.branch}`);
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
contact sip:1010@192.0.2.1:5060, user 1010
contact sip:1010@[2001:db8::1]:5060, user undefined
contact SIP:1010@phones.test, user undefined
via [2001, branch undefined
END
cmp -s expected seen || {
  echo 'changed: expected undefined for the address of IPv6 and for the capital scheme, and saw:'
  cat seen
  exit 1
}
echo 'as found: sip 0.0.6 takes the message and cannot read the URI in it:'
cat seen
