#!/bin/sh
# json-rpc-2.0 answers a batch of one request with an object where a batch has an array.
#
# Version:   json-rpc-2.0 1.8.1 on Deno 2.9.6
# Guess:     a batch is answered by an array of its answers, be they one or two (JSON-RPC 2.0, section 6)
# Behaviour: two requests give an array; one request, or one beside notifications, gives the bare answer
# So:        who asks in batches of any size takes both forms from a server made with it
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { JSONRPCServer } from "npm:json-rpc-2.0@1.8.1";
const server = new JSONRPCServer();
server.addMethod("echo", (params) => params);
const request = (id) => ({ jsonrpc: "2.0", id, method: "echo", params: [id] });
const notification = { jsonrpc: "2.0", method: "echo" };
const batches = { two: [request(1), request(2)], one: [request(1)], "one beside a notification": [request(1), notification] };
for (const [name, batch] of Object.entries(batches)) {
  console.log(`${name}: ${JSON.stringify(await server.receiveJSON(JSON.stringify(batch)))}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
two: [{"jsonrpc":"2.0","id":1,"result":[1]},{"jsonrpc":"2.0","id":2,"result":[2]}]
one: {"jsonrpc":"2.0","id":1,"result":[1]}
one beside a notification: {"jsonrpc":"2.0","id":1,"result":[1]}
END
cmp -s expected seen || {
  echo 'changed: expected an object for a batch of one, and saw:'
  cat seen
  exit 1
}
echo 'as found: json-rpc-2.0 1.8.1 leaves the array away when one answer is in it:'
cat seen
