/** What `--help` prints. */
export const HELP = `Switchroom, a telephony server for phone devices.

  serve [--config FILE] [--data DIR] [--listen HOST:PORT] [--safe]
      Starts the server. --data is its data folder (data), --listen its address
      (127.0.0.1:8274; port 0 = any free one), --safe starts no plugin.

  --help, --version
`;
