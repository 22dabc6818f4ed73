/**
 * The close rules and the order of operations as a reference: reads what was seen of a core and its plugins and says, in
 * words, what must not have been (contract sections 3 and 4, R101, api.md section 5, invariants 1 to 5).
 *
 * It knows nothing of the core: only handles, phones, items, requests and the order of what was seen. For each request it
 * keeps what ended it first; where several things happen at the same virtual moment, each of them may have.
 *
 * @module
 */
import type { Cause } from "../../server/core/contract/record.ts";
import { type Ending, type Handle, newPhone, type Phone, pluginOf, type Request } from "./model_state.ts";
import { BOUNDS } from "./run.ts";
import type { Seen, Trace } from "./trace.ts";

const FAILED = -1879048164;

/** Everything that must not have been; empty for a core that keeps the rules. */
export function violations(trace: Trace): string[] {
  const model = new Model();
  for (const { at, ...seen } of trace) model.see(at, seen);
  model.finish();
  return model.found;
}

class Model {
  readonly found: string[] = [];
  #now = 0;
  #stopping = false;
  #stopped = false;
  /** Plugins that are being stopped in order. */
  readonly #releasing = new Set<string>();
  readonly #handles = new Map<string, Handle>();
  readonly #phones = new Map<string, Phone>();
  readonly #requests = new Map<number, Request>();
  readonly #byId = new Map<number, Request>();

  see(at: number, seen: Seen): void {
    if (at > this.#now) this.#pass(at);
    switch (seen.kind) {
      case "attached":
        return this.#attach(seen);
      case "close":
        return this.#giveUp(this.#handle(seen.handle), "close");
      case "closed":
        return this.#closed(seen);
      case "shutdown":
        return this.#shutdown(seen.application, seen.cause);
      case "asked":
        this.#requests.set(seen.request, {
          ...seen,
          id: 0,
          refused: false,
          operated: false,
          begun: false,
          givenUp: false,
          handedOut: false,
          endings: [],
          endedAt: 0,
          row: undefined,
          withdrawn: false,
          replied: false,
        });
        return;
      case "refused":
        this.#requests.get(seen.request)!.refused = true;
        return;
      case "acceptedRow": {
        const request = this.#requests.get(seen.request)!;
        request.id = seen.id;
        this.#byId.set(seen.id, request);
        return;
      }
      case "answer":
        if (this.#byId.get(seen.id) !== this.#requests.get(seen.request)) {
          this.#fail(`request ${seen.id} was answered before its acceptance was on disk (invariant 1)`);
        }
        return;
      case "handedOut":
        this.#byId.get(seen.id)!.handedOut = true;
        return;
      case "event":
        return this.#event(seen);
      case "completedRow":
        return this.#completed(seen.row);
      case "withdrawnRow": {
        const request = this.#byId.get(seen.id)!;
        if (!this.#handle(request.handle).own) {
          this.#fail(`the reply of ${seen.id} was withdrawn without a close by its application`);
        }
        if (request.row?.reply !== "sent") {
          this.#fail(`the reply of ${seen.id} was withdrawn without having been on its way`);
        }
        request.withdrawn = true;
        return;
      }
      case "pluginOpens": {
        const phone = this.#phone(seen.phone);
        if (phone.open) this.#fail(`${phone.name} was opened at its plugin twice (R1)`);
        phone.open = true;
        phone.closing = undefined;
        return;
      }
      case "pluginCloses":
        return this.#pluginCloses(this.#phone(seen.phone));
      case "pluginRefuses":
      case "pluginClosed":
        return this.#shut(this.#phone(seen.phone));
      case "operate":
        return this.#operate(seen);
      case "begins":
        return this.#begins(this.#byId.get(seen.id)!);
      case "aborts": {
        const request = this.#byId.get(seen.id)!;
        request.givenUp = true;
        if (!request.endings.some((ending) => ending.outcome === "timedOut")) {
          this.#fail(`request ${seen.id} was aborted before its deadline while its phone stayed open (R50)`);
        }
        return;
      }
      case "settles":
        return this.#settles(seen);
      case "forceClosing": {
        const phone = this.#phone(seen.phone);
        if (phone.open && !phone.closing) this.#beginClose(phone, "forcedClose");
        return;
      }
      case "forceClosed":
        return this.#shut(this.#phone(seen.phone));
      case "remove":
        this.#phone(seen.phone).removed = true;
        return;
      case "release":
        this.#releasing.add(seen.plugin);
        return;
      case "gone":
        this.#releasing.delete(seen.plugin);
        return this.#gone(seen.plugin, seen.cause);
      case "stop":
        this.#stopping = true;
        return;
      case "stopped":
        this.#stopped = true;
        return;
      case "opened":
        this.#handle(seen.handle).opened = true;
        return;
      case "ended":
        return;
    }
  }

  /** What must hold when everything has ended. */
  finish(): void {
    if (!this.#stopped) this.#fail("the server's stop never ended");
    for (const request of this.#byId.values()) {
      const handle = this.#handle(request.handle);
      if (!request.row) {
        this.#fail(`request ${request.id} was accepted and never completed (invariant 2)`);
        continue;
      }
      const sent = request.row.reply === "sent" && !request.withdrawn;
      if (sent && !request.replied) {
        this.#fail(`the reply of ${request.id} is recorded as sent and was never delivered (R35)`);
      }
      if (!sent && request.replied) {
        this.#fail(`the reply of ${request.id} is recorded as suppressed and was delivered`);
      }
      if (!sent && !handle.own) {
        this.#fail(`the reply of ${request.id} was suppressed although its application did not close the handle`);
      }
    }
    for (const handle of this.#handles.values()) {
      if (!handle.void) this.#fail(`${handle.id} outlived the server's stop`);
      if (handle.void && !handle.own && !handle.told) {
        this.#fail(`${handle.id} was closed by force and never told (R65)`);
      }
    }
  }

  #attach(seen: Extract<Seen, { kind: "attached" }>): void {
    const phone = this.#phone(seen.phone);
    const owner = seen.privilege === "owner";
    if (!phone.open || phone.closing) {
      this.#fail(`${seen.handle} was opened on ${phone.name}, which is not open at its plugin (R1)`);
    }
    if (owner && [...phone.handles].some((other) => other.owner)) this.#fail(`${phone.name} has two owners (R3)`);
    const handle: Handle = {
      id: seen.handle,
      application: seen.application,
      phone: seen.phone,
      owner,
      attachedAt: this.#now,
      opened: false,
      own: false,
      void: false,
      told: false,
      outstanding: undefined,
    };
    this.#handles.set(handle.id, handle);
    phone.handles.add(handle);
  }

  #giveUp(handle: Handle, cause: Cause): void {
    const phone = this.#phone(handle.phone);
    handle.own = true;
    if (handle.void) return;
    handle.void = true;
    phone.handles.delete(handle);
    if (phone.handles.size > 0) return;
    phone.left = cause;
    handle.outstanding = [...this.#requests.values()].filter((request) =>
      request.phone === handle.phone && !request.refused && !request.row
    );
  }

  #closed({ handle: id, lastHandle, completed }: Extract<Seen, { kind: "closed" }>): void {
    const { outstanding } = this.#handle(id);
    if (lastHandle !== (outstanding !== undefined)) {
      this.#fail(`the close of ${id} is wrong about being the last (R46, R47)`);
    }
    const left = (outstanding ?? []).filter((request) => !request.refused && !request.row);
    if (left.length > 0) {
      this.#fail(`the close of ${id} was answered before request ${left[0]!.id} was completed on disk (invariant 4)`);
    }
    if (lastHandle && completed !== outstanding?.length) {
      this.#fail(
        `the close of ${id} says it completed ${completed} requests; it had ${outstanding?.length} to complete`,
      );
    }
  }

  #shutdown(application: string, cause: Cause): void {
    for (const handle of this.#handles.values()) if (handle.application === application) this.#giveUp(handle, cause);
  }

  #event({ application, event }: Extract<Seen, { kind: "event" }>): void {
    if (!("handle" in event) || event.handle === null) return;
    const handle = this.#handle(event.handle);
    if (handle.own) this.#fail(`${event.type} of ${handle.id} came after its application closed it (R52, R63)`);
    if (handle.told) this.#fail(`${event.type} of ${handle.id} came after its PHONE_CLOSE (R65, R68)`);
    if (handle.application !== application) {
      this.#fail(`${event.type} of ${handle.id} went to another application (R35)`);
    }
    if (event.type === "PHONE_CLOSE") {
      if (!handle.void) this.#fail(`${handle.id} got PHONE_CLOSE while it was open`);
      handle.told = true;
    }
    if (event.type !== "PHONE_REPLY") return;
    const request = this.#byId.get(event.requestId);
    if (!request?.row) {
      return this.#fail(`the reply of ${event.requestId} came before its completion was on disk (invariant 2)`);
    }
    if (!request.handedOut) this.#fail(`the reply of ${request.id} came before the answer with its id (R33)`);
    if (request.replied) this.#fail(`request ${request.id} was replied twice (R35)`);
    request.replied = true;
  }

  #completed(row: Extract<Seen, { kind: "completedRow" }>["row"]): void {
    const request = this.#byId.get(row.requestId);
    if (request === undefined) return this.#fail(`request ${row.requestId} was completed and never accepted`);
    if (request.row) this.#fail(`request ${request.id} was completed twice (invariant 2)`);
    request.row = row;
    const right = request.endings.some((ending) =>
      ending.outcome === row.outcome && ending.result === row.result && ending.cause === row.cause
    );
    if (right) return;
    const words = (ending: Ending) => `${ending.outcome} ${ending.result} ${ending.cause ?? "-"}`;
    const due = request.endings.map(words).join(" or ") || "not yet";
    this.#fail(`request ${request.id} ended ${words({ ...row, cause: row.cause })}; it should have ended ${due}`);
  }

  #pluginCloses(phone: Phone): void {
    if (!phone.open || phone.closing) this.#fail(`${phone.name} was closed at its plugin twice, or never opened (R46)`);
    if (phone.removed) this.#beginClose(phone, "phoneRemoved");
    else if (phone.handles.size === 0) this.#beginClose(phone, phone.left);
    else if (this.#stopping) this.#beginClose(phone, "serverStop");
    else if (this.#releasing.has(pluginOf(phone.name))) this.#beginClose(phone, "pluginStop");
    else this.#fail(`${phone.name} was closed at its plugin while it had other handles (R47)`);
  }

  #operate({ id, phone: name }: Extract<Seen, { kind: "operate" }>): void {
    const request = this.#byId.get(id);
    if (request === undefined) {
      return this.#fail(`request ${id} reached its plugin before its acceptance was on disk (invariant 1)`);
    }
    const phone = this.#phone(name);
    if (!phone.open || phone.closing) {
      this.#fail(`request ${id} reached ${name}, which is closed or closing (invariant 4)`);
    }
    if (id < phone.newest) this.#fail(`request ${id} reached ${name} after ${phone.newest} (R39)`);
    phone.newest = id;
    phone.unsettled.push(request);
    request.operated = true;
  }

  #begins(request: Request): void {
    const { unsettled, name } = this.#phone(request.phone);
    if (!unsettled.includes(request) || request.givenUp) {
      this.#fail(`request ${request.id} began at ${name} after it was completed there or given up (R101)`);
    }
    const [first] = ahead(request, unsettled);
    if (first) this.#fail(`request ${request.id} began at ${name} before ${first.id} had settled (R101)`);
    request.begun = true;
  }

  #settles({ id, phone, result }: Extract<Seen, { kind: "settles" }>): void {
    const { closing: under, closed, shutAt } = this.#phone(phone);
    const closing = under ?? (shutAt === this.#now ? closed : undefined);
    const request = this.#byId.get(id)!;
    const { unsettled } = this.#phone(phone);
    unsettled.splice(unsettled.indexOf(request), 1);
    if (result === 0) this.#end(request, { outcome: "succeeded", result, cause: undefined });
    else if (closing) this.#end(request, { outcome: "aborted", result, cause: closing });
    else this.#end(request, { outcome: "failed", result, cause: undefined });
  }

  #gone(plugin: string, cause: Cause): void {
    for (const phone of this.#phones.values()) {
      if (pluginOf(phone.name) !== plugin) continue;
      for (const request of this.#undecided(phone)) {
        this.#end(request, { outcome: request.operated ? "lost" : "aborted", result: FAILED, cause });
      }
      for (const handle of phone.handles) handle.void = true;
      phone.handles.clear();
      phone.unsettled = [];
      this.#shut(phone);
    }
  }

  #beginClose(phone: Phone, cause: Cause): void {
    phone.closing = cause;
    phone.closeBegan = this.#now;
    for (const request of this.#undecided(phone)) {
      if (!request.operated) this.#end(request, { outcome: "aborted", result: FAILED, cause });
    }
    for (const handle of phone.handles) handle.void = true;
    phone.handles.clear();
  }

  /** What time alone brings: deadlines, and closes that a plugin does not end. */
  #pass(at: number): void {
    for (const { name, unsettled } of this.#phones.values()) {
      const idle = unsettled.find((request) => !request.begun && ahead(request, unsettled).length === 0);
      if (idle) this.#fail(`request ${idle.id} of ${name} waited for nobody (R101)`);
    }
    const due: { at: number; happen: () => void }[] = [];
    for (const request of this.#requests.values()) {
      if (request.endings.length > 0 || request.deadline > at) continue;
      const happen = () => this.#end(request, { outcome: "timedOut", result: FAILED, cause: "deadline" });
      due.push({ at: request.deadline, happen });
    }
    for (const phone of this.#phones.values()) {
      const end = phone.closeBegan + BOUNDS.closeMs;
      if (phone.closing === undefined || end > at) continue;
      const happen = () => {
        for (const request of this.#undecided(phone)) {
          if (request.operated) this.#end(request, { outcome: "lost", result: FAILED, cause: "closeDeadline" });
        }
        this.#shut(phone);
      };
      due.push({ at: end, happen });
    }
    for (const handle of this.#handles.values()) {
      const end = handle.attachedAt + BOUNDS.closeRowsMs;
      if (!handle.opened && !handle.own && end <= at) {
        due.push({
          at: end,
          happen: () => this.#giveUp(handle, "close"),
        });
      }
    }
    for (const event of due.sort((one, other) => one.at - other.at)) {
      this.#now = event.at;
      event.happen();
    }
    this.#now = at;
  }

  /** The requests of a phone that nothing has ended before this moment. */
  #undecided(phone: Phone): Request[] {
    return [...this.#requests.values()].filter((request) =>
      request.phone === phone.name && !request.refused &&
      (request.endings.length === 0 || request.endedAt === this.#now)
    );
  }

  #shut(phone: Phone): void {
    phone.open = false;
    phone.closed = phone.closing;
    phone.shutAt = this.#now;
    phone.closing = undefined;
  }

  #end(request: Request, ending: Ending): void {
    if (request.endings.length > 0 && request.endedAt !== this.#now) return;
    request.endedAt = this.#now;
    request.endings.push(ending);
  }

  #fail(text: string): void {
    this.found.push(`at ${this.#now} ms: ${text}`);
  }

  #handle(id: string): Handle {
    const handle = this.#handles.get(id);
    if (handle === undefined) throw new Error(`Cannot go on: handle ${id} was never opened`);
    return handle;
  }

  #phone(name: string): Phone {
    const phone = this.#phones.get(name) ?? newPhone(name);
    this.#phones.set(name, phone);
    return phone;
  }
}

/** Those that a request waits for: on the same item, before it, and not given up. */
function ahead(request: Request, unsettled: readonly Request[]): Request[] {
  return unsettled.slice(0, unsettled.indexOf(request)).filter((other) =>
    !other.givenUp && other.items.some((item) => request.items.includes(item))
  );
}
