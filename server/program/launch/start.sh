#!/bin/sh
# Starts the server with the permissions that its configuration asks for, and no others: plan.ts says which, and this
# shell becomes that server, with its number, terminal and signals. Deno itself can put nothing into its own place.

# V8 collects what a start has left as soon as little goes on, and not half a minute later, and gives back at once what a
# thread had that has ended, instead of keeping it for the others; a busy server it leaves alone. The command line has
# the same flags (deno.json): compiled code that is kept is only used again by whoever has the same.
: "${DENO_V8_FLAGS=--gc-memory-reducer-start-delay-ms=1000,--memory-reducer-delay-ms=1000,--no-memory-pool-share-memory-on-teardown}"
export DENO_V8_FLAGS

plan() {
  OTEL_DENO=false "${DENO:-deno}" run --quiet --no-config --no-prompt --allow-read --allow-env=INIT_CWD "$@"
}
command=$(plan "$(dirname "$0")/plan.ts" "$@") || exit
eval "exec $command"
