#!/bin/sh
# JsSIP and SIP.js change who is called when they write a URI that they have read.
#
# Version:   jssip 3.13.8, sip.js 0.21.2 on Deno 2.9.6
# Guess:     a URI that is parsed and turned to text again stays equal by RFC 3261 19.1.4; ";" and "=" are allowed in a user
#            and are not equal to %3B and %3D
# Behaviour: sip:+1;phone-context=a.test@gw.test becomes sip:+1%3Bphone-context%3Da.test@gw.test in both, and the names of
#            its headers (?subject=) become ?Subject=
# So:        a server must expect from browsers both spellings of a number with phone-context, and compare users unescaped
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import jssip from "npm:jssip@3.13.8";
import { Grammar } from "npm:sip.js@0.21.2";
for (const uri of ["sip:+1-201@gw.test", "sip:+1;phone-context=a.test@gw.test;user=phone", "sip:1@gw.test?subject=x"]) {
  console.log(`${uri} jssip ${jssip.URI.parse(uri)} sip.js ${Grammar.URIParse(uri)}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
sip:+1-201@gw.test jssip sip:+1-201@gw.test sip.js sip:+1-201@gw.test
sip:+1;phone-context=a.test@gw.test;user=phone jssip sip:+1%3Bphone-context%3Da.test@gw.test;user=phone sip.js sip:+1%3Bphone-context%3Da.test@gw.test;user=phone
sip:1@gw.test?subject=x jssip sip:1@gw.test?Subject=x sip.js sip:1@gw.test?Subject=x
END
cmp -s expected seen || {
  echo 'changed: expected %3B and %3D in the user, and saw:'
  cat seen
  exit 1
}
echo 'as found: JsSIP 3.13.8 and SIP.js 0.21.2 write another user than they read:'
cat seen
