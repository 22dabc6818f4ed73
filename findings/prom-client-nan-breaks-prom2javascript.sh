#!/bin/sh
# prom-client writes a gauge that is not a number as "Nan", and prom2javascript refuses the whole page for it.
#
# Version:   prom-client 15.1.3, prom2javascript 0.2.0 on Deno 2.9.6
# Guess:     the page says NaN, as the format's description spells it, and is read back with it, or without that one line
# Behaviour: "Nan"; the reader rejects at that line, so that not even the other metrics are read. +Inf is read
# So:        never set a gauge to NaN (a mean of nothing, 0/0): leave the line away
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { Readable } from "node:stream";
import client from "npm:prom-client@15.1.3";
import { getMetricsFromStream } from "npm:prom2javascript@0.2.0";
for (const value of [1, Infinity, NaN]) {
  const registry = new client.Registry();
  new client.Gauge({ name: "other", help: "h", registers: [registry] }).set(2);
  new client.Gauge({ name: "g", help: "h", registers: [registry] }).set(value);
  const page = await registry.metrics();
  const read = await getMetricsFromStream(Readable.from([page])).then(() => "read", (error) => error.message);
  console.log(`${page.match(/^g .*/m)[0]}: ${read}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
g 1: read
g +Inf: read
g Nan: Unable to parse metric [g Nan]
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  exit 1
}
echo 'as found: what prom-client 15.1.3 writes, and what prom2javascript 0.2.0 makes of the page:'
cat seen
