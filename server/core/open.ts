import { PhoneError } from "./contract/errors.ts";
import { type Privilege, PRIVILEGES } from "./contract/names.ts";
import { quoted } from "./contract/quoted.ts";
import { closeForcibly, closeHandle } from "./close.ts";
import { monitors, tellCount } from "./deliver.ts";
import type { Application, Exchange, Handle, Phone } from "./exchange.ts";
import { NOTHING } from "./masks.ts";
import { findPhone } from "./phones.ts";
import { closeIfUnused, openSession } from "./session.ts";
import { within } from "./within.ts";

/**
 * Opens a phone for an application (phoneOpen, contract 2.3). The first handle opens it at the plugin; a phone that is just being closed is waited for and
 * opened anew (Q35).
 *
 * @throws {PhoneError} `INVALPRIVILEGE`, `BADDEVICEID`, `NODEVICE`, `INUSE`, `REQUESTOVERRUN`, `RESOURCEUNAVAIL`, or the driver's own.
 */
export async function openPhone(
  exchange: Exchange,
  application: Application,
  options: { phone: string; privilege: string },
): Promise<Handle> {
  const { privilege } = options;
  if (!isPrivilege(privilege)) {
    throw new PhoneError("INVALPRIVILEGE", `privilege ${quoted(privilege)} is neither owner nor monitor`);
  }
  let opened: Phone | undefined;
  try {
    for (;;) {
      const phone = findPhone(exchange, options.phone, application.sees);
      requireOpenable(exchange, application, { phone, privilege });
      const { session } = phone;
      if (session.state === "opening" || session.state === "closing") await session.over;
      else if (privilege === "owner" && phone.owner) {
        throw new PhoneError("INUSE", `${phone.id} has an owner already`);
      } else if (session.state === "open") return await attach(exchange, application, { phone, privilege });
      else {
        await openSession(exchange, phone);
        opened = phone;
      }
    }
  } catch (error) {
    if (opened) closeIfUnused(exchange, opened);
    throw error;
  }
}

function isPrivilege(privilege: string): privilege is Privilege {
  return (PRIVILEGES as readonly string[]).includes(privilege);
}

function requireOpenable(
  exchange: Exchange,
  application: Application,
  { phone, privilege }: { phone: Phone; privilege: Privilege },
): void {
  if (exchange.applications.get(application.id) !== application) throw new PhoneError("INVALAPPHANDLE");
  if (exchange.stopping) throw new PhoneError("RESOURCEUNAVAIL", "The server is stopping");
  if (!phone.offered || !phone.plugin.ready) {
    throw new PhoneError("RESOURCEUNAVAIL", `The plugin of ${phone.id} does not offer it just now`);
  }
  const { handles, phoneHandles } = exchange.bounds;
  if (application.handles.size >= handles) {
    throw new PhoneError("REQUESTOVERRUN", `The application has ${handles} handles; close one first`);
  }
  // However many listen, whoever controls the phone gets in.
  if (privilege === "monitor" && monitors(phone) >= phoneHandles) {
    throw new PhoneError("REQUESTOVERRUN", `${phone.id} has ${phoneHandles} monitors; one must close it first`);
  }
  const { trouble } = exchange.history;
  if (trouble !== undefined) throw new PhoneError("RESOURCEUNAVAIL", trouble);
}

async function attach(
  exchange: Exchange,
  application: Application,
  { phone, privilege }: { phone: Phone; privilege: Privilege },
): Promise<Handle> {
  const handle: Handle = {
    id: exchange.nextId(),
    application,
    phone,
    privilege,
    wanted: NOTHING,
    requests: new Set(),
    keys: new Map(),
    closed: false,
    releasedBy: undefined,
    disowned: false,
  };
  exchange.handles.set(handle.id, handle);
  phone.handles.add(handle);
  if (privilege === "owner") phone.owner = handle;
  application.handles.add(handle);
  tellCount(exchange, phone, handle);
  const { leaving } = phone;
  phone.leaving = undefined;
  if (leaving) closeForcibly(exchange, phone, "forcedClose", leaving);
  const row = exchange.history.note({
    type: "handleOpened",
    token: application.token,
    application: application.id,
    plugin: phone.plugin.name,
    phone: phone.id,
    handle: handle.id,
    detail: { privilege },
  });
  try {
    await within(exchange.clock, exchange.bounds.closeRowsMs, row);
  } catch {
    handle.disowned = true;
    application.events.withdraw(handle.id);
    if (!handle.closed) await closeHandle(exchange, handle, "close").catch(() => {});
    throw new PhoneError("RESOURCEUNAVAIL", "The history could not be written in time; the phone was not opened");
  }
  if (application.ended) throw new PhoneError("INVALAPPHANDLE");
  return handle;
}
