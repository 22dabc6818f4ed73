/**
 * The stations of a JPBX: each extension of the configuration is a phone, connected while the switch lets it log on.
 *
 * @module
 */
import { definePlugin, pause, SerialQueue } from "switchroom/plugin";
import { Link } from "./link.ts";
import { STATION, Station } from "./station.ts";

/** As `plugin.json` describes it. */
interface Configuration {
  host: string;
  port: number;
  stations: string[];
  retrySeconds: number;
}

/** Between any two links that are tried: all stations lose theirs at once. */
const PACE_MS = 20;

export default definePlugin<Configuration>((host, { stations, ...where }) => ({
  async start() {
    const tries = new SerialQueue();
    const pace = () => tries.run(() => pause(PACE_MS));
    for (const extension of stations) {
      const link = new Link({ ...where, extension, pace, log: host.log });
      const station = new Station(extension, link);
      station.phone = await host.addPhone({
        id: extension,
        name: `Station ${extension}`,
        capabilities: STATION,
        connected: false,
      }, station);
      // It is not waited for, and ends with the process: the switch may come later, or go and come back.
      void link.keep(station);
    }
  },
}));
