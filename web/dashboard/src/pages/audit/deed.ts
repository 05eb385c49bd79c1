import type { AuditEvent } from "@smartbear/shared/api/audit.ts";

/** Addresses of the platform's own pages, as the trail writes them, and what calling each of them means. */
const DEEDS: Record<string, string> = {
  "GET /api/me": "me",
  "GET /api/participants": "people",
  "GET /api/participants/{participant_id}": "person",
  "POST /api/participants": "enrol",
  "PATCH /api/participants/{participant_id}": "change_person",
  "GET /api/participants/{participant_id}/consents": "consents",
  "PUT /api/participants/{participant_id}/consents/{purpose}": "decide",
  "POST /api/participants/{participant_id}/devices": "device",
  "DELETE /api/participants/{participant_id}/devices/{device_id}": "device_back",
  "GET /api/profiles": "conditions",
  "GET /api/devices": "devices",
  "GET /api/organisations": "places",
  "POST /api/organisations": "change_places",
  "GET /api/pilots": "places",
  "POST /api/pilots": "change_places",
  "PATCH /api/pilots/{pilot_id}": "change_places",
  "GET /api/erasures": "erasures",
  "GET /api/erasures/{erasure_id}": "erasures",
  "POST /api/erasures": "erase_asked",
  "POST /api/erasures/{erasure_id}/agreement": "erase_agreed",
  "GET /api/measurements": "readings",
  "GET /api/measurements/summary": "newest",
  "GET /api/measurements/arrivals": "arrivals",
  "POST /api/measurements": "measure",
  "GET /api/decisions/limits": "limits",
  "PUT /api/decisions/limits": "set_limits",
  "GET /api/decisions/episodes": "episodes",
  "GET /api/decisions/rules": "rules",
  "GET /api/inbox": "inbox",
  "GET /api/inbox/stream": "stream",
  "GET /api/inbox/{notice_id}": "notice",
  "POST /api/inbox/{notice_id}/acknowledge": "acknowledge",
  "POST /api/inbox/{notice_id}/resolve": "resolve",
  "POST /api/messages": "message",
  "GET /api/mobile/today": "today",
  "PUT /internal/participants/{participant_id}/account": "link_account",
  "PUT /internal/staff/{account}": "place_staff",
  "DELETE /internal/staff/{account}": "remove_staff",
  "PUT /internal/consent": "heed",
  "GET /api/audit/events": "trail",
  "GET /api/audit/events.ndjson": "trail_export",
  "GET /api/audit/own": "trail",
  "GET /api/audit/checkpoints": "checkpoints",
  "GET /api/audit/verifier.py": "checkpoints",
  "GET /api/audit/verification": "checkpoints",
  "GET /api/audit/verification/{verification}": "checkpoints",
  "POST /api/audit/verification": "verify",
  "GET /api/accounts": "accounts",
  "GET /api/accounts/{account}": "account",
  "POST /api/accounts": "add_account",
  "PATCH /api/accounts/{account}": "change_account",
  "PUT /api/accounts/{account}/enabled": "enable_account",
  "POST /api/accounts/{account}/reset": "reset_account",
  "DELETE /api/accounts/{account}/factors": "remove_factors",
  "DELETE /api/accounts/{account}": "delete_account",
};

/** What has a name of its own wherever it happens. */
const NAMED: Record<string, string> = {
  "sign-in": "sign_in",
  "sign-out": "sign_out",
  "sign-in-failed": "sign_in_failed",
  "token": "token",
  "registration": "registration",
  "password-change": "password",
  "password-reset": "password_reset",
  "account-deletion": "delete_account",
  "account-added": "add_account",
  "account-approved": "approve_account",
  "account-changed": "change_account",
  "account-confirmed": "confirm_email",
  "account-disabled": "enable_account",
  "account-enabled": "enable_account",
  "reset-sent": "reset_account",
  "email-change": "email",
  "factors-removed": "remove_factors",
  "totp-set": "factor_added",
  "passkey-added": "factor_added",
  "recovery-codes-made": "factor_added",
  "totp-removed": "factor_removed",
  "passkey-removed": "factor_removed",
  "recovery-code-used": "recovery_used",
  "session-ended": "session_ended",
  "other-sessions-ended": "session_ended",
  "token-reused": "reused",
  "code-refused": "reused",
  "token-refused": "token_refused",
  "permission-given": "permission",
  "permission-taken-back": "permission_back",
  "client-created": "program_added",
  "client-renewed": "program_renewed",
  "client-removed": "program_removed",
  "key-rotated": "key_rotated",
  "erasure-asked": "erase_asked",
  "erasure-agreed": "erase_agreed",
  "erasure": "erase",
  "denied": "denied",
  "re-identification": "identify",
  "re-identification-asked": "identify_asked",
  "notification": "told",
  "audit-search": "trail",
  "audit-export": "trail_export",
  "audit-checkpoints": "checkpoints",
  "bundle": "bundle",
  "batch": "bundle",
  "transaction": "bundle",
  "$everything": "everything",
  "$export": "export",
  "$import": "import",
};

export const DEED_ADDRESSES = Object.keys(DEEDS);
/** Every deed that has words of its own. */
export const KNOWN_DEEDS = [...Object.values(DEEDS), ...Object.values(NAMED), "nowhere"];

/** A message under `audit.deed`, with what it is about: a type of FHIR, or the address if nothing better is known. */
export interface Deed { key: string; what: string }

export function deedOf(event: AuditEvent): Deed {
  const known = NAMED[event.subtype] ?? DEEDS[event.address] ?? (event.address.endsWith(" unmatched") ? "nowhere" : null);
  return { key: known ?? `did_${event.action}`, what: typeOf(event) };
}

/** `Observation` of `GET /fhir/Observation/{id}`; of a job the type of the first thing it was about. */
function typeOf({ address, entities, persons, subtype }: AuditEvent): string {
  const type = /\/fhir\/([A-Z]\w+)/.exec(address)?.[1];
  const seen = [...entities, ...persons.flatMap((person) => person.entities)][0]?.split("/")[0];
  return type ?? seen ?? (address.includes(" /") ? address : subtype);
}
