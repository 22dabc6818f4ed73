/**
 * The names of SIP headers: their spelling, their compact form, and which of them are lists.
 *
 * @module
 */

/** The compact forms of the IANA registry of SIP header fields. */
const COMPACT = {
  a: "Accept-Contact",
  b: "Referred-By",
  c: "Content-Type",
  d: "Request-Disposition",
  e: "Content-Encoding",
  f: "From",
  i: "Call-ID",
  j: "Reject-Contact",
  k: "Supported",
  l: "Content-Length",
  m: "Contact",
  o: "Event",
  r: "Refer-To",
  s: "Subject",
  t: "To",
  u: "Allow-Events",
  v: "Via",
  x: "Session-Expires",
  y: "Identity",
};

/** Headers whose one line may hold several values with commas between them (RFC 3261 7.3.1). */
const LISTS = [
  "Accept",
  "Accept-Contact",
  "Accept-Encoding",
  "Accept-Language",
  "Alert-Info",
  "Allow",
  "Allow-Events",
  "Call-Info",
  "Contact",
  "Content-Encoding",
  "Content-Language",
  "Error-Info",
  "In-Reply-To",
  "P-Asserted-Identity",
  "P-Preferred-Identity",
  "Path",
  "Proxy-Require",
  "Reason",
  "Record-Route",
  "Reject-Contact",
  "Request-Disposition",
  "Require",
  "Route",
  "Service-Route",
  "Supported",
  "Unsupported",
  "Via",
  "Warning",
];

/** Other headers with a spelling of their own; those of extensions unknown here keep the one they came with. */
const SINGLE = [
  "Authentication-Info",
  "Authorization",
  "Content-Disposition",
  "CSeq",
  "Date",
  "Expires",
  "Max-Forwards",
  "MIME-Version",
  "Min-Expires",
  "Min-SE",
  "Organization",
  "Priority",
  "Proxy-Authenticate",
  "Proxy-Authorization",
  "RAck",
  "Replaces",
  "Reply-To",
  "Retry-After",
  "RSeq",
  "Server",
  "SIP-ETag",
  "SIP-If-Match",
  "Subscription-State",
  "Timestamp",
  "User-Agent",
  "WWW-Authenticate",
];

// Maps and not objects: to ask an object for "constructor" finds something.
const fullNames = new Map(Object.entries(COMPACT));
const spellings = new Map([...LISTS, ...SINGLE, ...fullNames.values()].map((name) => [name.toLowerCase(), name]));
const lists = new Set(LISTS.map((name) => name.toLowerCase()));

/** The one key of a header, however it is written: its full name in lower case. */
export function headerKey(name: string): string {
  const key = name.toLowerCase();
  return fullNames.get(key)?.toLowerCase() ?? key;
}

/** How a header is written: in full, and as its RFC spells it. */
export function headerName(name: string): string {
  return spellings.get(headerKey(name)) ?? name;
}

/** Whether one line of this header may hold several values, by its key. */
export function isListHeader(key: string): boolean {
  return lists.has(key);
}
