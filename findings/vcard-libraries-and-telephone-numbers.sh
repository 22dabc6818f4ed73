#!/bin/sh
# One vCard library cuts a telephone URI at its extension, the other renames the label that says whose number it is.
#
# Version:   vcard-parser 1.0.0, vcf 2.1.2 on Deno 2.9.6
# Guess:     TEL;VALUE=uri:tel:+49-30-6;ext=7 (RFC 6350 6.4.1) is one number, TYPE=work,voice is two types, and X-ABLabel,
#            by which address books name a number, is written as it was read
# Behaviour: vcard-parser makes two values of the URI and one type of the two; vcf keeps both right and writes X-AB-LABEL
# So:        join what vcard-parser cut, or dial without the extension; do not write a phone book back with vcf
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import parser from "npm:vcard-parser@1.0.0";
import Card from "npm:vcf@2.1.2";
const text = [
  "BEGIN:VCARD", "VERSION:3.0", "FN:Jane Doe", "item1.TEL;TYPE=work,voice;VALUE=uri:tel:+49-30-6;ext=7", "item1.X-ABLabel:Door", "END:VCARD", "",
].join("\r\n");
const [{ value, meta }] = parser.parse(text).tel;
console.log(`vcard-parser: ${JSON.stringify(value)} of type ${JSON.stringify(meta.type)}`);
const card = new Card().parse(text);
const number = card.get("tel");
console.log(`vcf: ${JSON.stringify(number.valueOf())} of type ${JSON.stringify(number.type)}, label written as`, card.toString("3.0").match(/item1\.(X-\S*):/)[1]);
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
vcard-parser: ["tel:+49-30-6","ext=7"] of type ["work,voice"]
vcf: "tel:+49-30-6;ext=7" of type ["work","voice"], label written as X-AB-LABEL
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  exit 1
}
echo 'as found: one number with its extension, its types and its label:'
cat seen
