-- What wrk sends, as the environment says, and its results as one line of JSON.
wrk.method = "POST"
wrk.body = os.getenv("LOAD_BODY")
for name, value in os.getenv("LOAD_HEADERS"):gmatch("([^\n:]+): ([^\n]*)") do wrk.headers[name] = value end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%.3f,"p50":%.3f,"p99":%.3f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
