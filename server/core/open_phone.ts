import { PhoneError } from "./contract/errors.ts";
import { type Privilege, PRIVILEGES } from "./contract/names.ts";
import { quoted } from "./contract/quoted.ts";
import { closeForcibly, closeHandle } from "./close.ts";
import { monitors, tellCount } from "./deliver.ts";
import type { Caller } from "./core.ts";
import type { Application, Handle, Phone } from "./exchange.ts";
import { requireNotEnded } from "./lookup.ts";
import { NOTHING } from "./masks.ts";
import { findPhone } from "./phones.ts";
import { closeIfUnused, openSession } from "./session.ts";
import { SlotMap } from "./slot_map.ts";
import { within } from "./waiting.ts";

/**
 * Opens a phone for an application (phoneOpen, contract 2.3). The first handle opens it at the plugin; a phone that is
 * just being closed is waited for and opened anew (Q35).
 *
 * @throws {PhoneError} `INVALPRIVILEGE`, `BADDEVICEID`, `NODEVICE`, `INUSE`, `REQUESTOVERRUN`, `RESOURCEUNAVAIL`, or
 * the driver's own.
 */
export async function openPhone(
  application: Application,
  { phone: name, privilege, by }: { phone: string; privilege: string; by: Caller },
): Promise<Handle> {
  if (!isPrivilege(privilege)) {
    throw new PhoneError("INVALPRIVILEGE", `privilege ${quoted(privilege)} is neither owner nor monitor`);
  }
  let opened: Phone | undefined;
  try {
    for (;;) {
      const phone = findPhone(application.exchange, name, application);
      requireOpenable(application, { phone, privilege });
      const { session } = phone;
      if (session.state === "opening" || session.state === "closing") await session.acknowledged;
      else if (privilege === "owner" && phone.owner) {
        throw new PhoneError("INUSE", `${phone.id} has an owner already`);
      } else if (session.state === "open") return await addHandle(application, { phone, privilege, by });
      else {
        await openSession(phone);
        opened = phone;
      }
    }
  } catch (error) {
    if (opened) closeIfUnused(opened);
    throw error;
  }
}

function isPrivilege(privilege: string): privilege is Privilege {
  return PRIVILEGES.some((known) => known === privilege);
}

function requireOpenable(
  application: Application,
  { phone, privilege }: { phone: Phone; privilege: Privilege },
): void {
  requireNotEnded(application);
  const { exchange } = application;
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

async function addHandle(
  application: Application,
  { phone, privilege, by }: { phone: Phone; privilege: Privilege; by: Caller },
): Promise<Handle> {
  const { clock, bounds, history, handles, nextId } = application.exchange;
  const handle: Handle = {
    id: nextId(),
    application,
    phone,
    privilege,
    masks: NOTHING,
    requests: new SlotMap(),
    keys: new Map(),
    closed: false,
    disowned: false,
  };
  handles.set(handle.id, handle);
  phone.handles.add(handle);
  if (privilege === "owner") phone.owner = handle;
  application.handles.add(handle);
  tellCount(handle);
  const { session } = phone;
  if (session.state === "open" && session.led) closeForcibly(phone, { cause: "forcedClose", led: session.led });
  const row = history.note({
    type: "handleOpened",
    token: application.token,
    application: application.id,
    ...(by.address !== undefined && { address: by.address }),
    plugin: phone.plugin.name,
    phone: phone.id,
    handle: handle.id,
    detail: { privilege },
  });
  try {
    await within(row, { clock, ms: bounds.closeRowsMs });
  } catch {
    handle.disowned = true;
    application.events.withdraw(handle.id);
    if (!handle.closed) await closeHandle(handle, { cause: "close" }).catch(() => {});
    throw new PhoneError("RESOURCEUNAVAIL", "The history could not be written in time; the phone was not opened");
  }
  if (application.ended) throw new PhoneError("INVALAPPHANDLE");
  return handle;
}
