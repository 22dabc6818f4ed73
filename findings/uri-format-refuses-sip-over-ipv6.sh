#!/bin/sh
# A valid SIP URI with an IPv6 address is no "uri" to JSON Schema, and both are right.
#
# Version:   ajv 8.20.0 with ajv-formats 3.0.1, @cfworker/json-schema 4.1.6, on Deno 2.9.6
# Guess:     sip:1010@[2001:db8::1]:5060 (RFC 3261 19.1.1) is valid for "format": "uri", as http://[2001:db8::1]/ is
# Behaviour: refused by both, while new URL() takes it. RFC 3986 allows square brackets only behind "//", which a SIP URI
#            has not: RFC 3261 lets its hosts have them all the same
# So:        no "format": "uri" for fields that may hold a SIP URI: it works until the first phone on IPv6
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import Ajv from "npm:ajv@8.20.0";
import formats from "npm:ajv-formats@3.0.1";
import { Validator } from "npm:@cfworker/json-schema@4.1.6";
const ajv = new Ajv.default();
formats.default(ajv);
const schema = { type: "string", format: "uri" };
const uris = ["sip:1010@192.0.2.1:5060", "http://[2001:db8::1]/", "sip:1010@[2001:db8::1]:5060", "sip:[2001:db8::1]"];
for (const uri of uris) {
  console.log(`${uri}: ajv ${ajv.validate(schema, uri)}, cfworker ${new Validator(schema).validate(uri).valid}, URL ${URL.canParse(uri)}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
sip:1010@192.0.2.1:5060: ajv true, cfworker true, URL true
http://[2001:db8::1]/: ajv true, cfworker true, URL true
sip:1010@[2001:db8::1]:5060: ajv false, cfworker false, URL true
sip:[2001:db8::1]: ajv false, cfworker false, URL true
END
cmp -s expected seen || {
  echo 'changed: expected both validators to refuse the SIP URIs with square brackets, and saw:'
  cat seen
  exit 1
}
echo 'as found: "format": "uri" refuses every SIP URI with an IPv6 address:'
cat seen
