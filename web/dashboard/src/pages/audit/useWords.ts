import type { Agent, AuditEvent } from "@smartbear/shared/api/audit.ts";
import { fullDate, toTheSecond } from "@smartbear/shared/format/when.ts";
import { useI18n } from "vue-i18n";
import { deedOf } from "./deed.ts";

/** What the trail says, in the words of the page's language. */
export function useWords() {
  const { t, te, locale } = useI18n();
  const orCode = (key: string, code: string): string => (te(key) || te(key, "en") ? t(key) : code);

  const role = (agent: Pick<Agent, "role"> & Partial<Agent>): string =>
    agent.role === "service" && agent.username ? t("audit.role.shell") : orCode(te(`audit.role.${agent.role}`) ? `audit.role.${agent.role}` : `role.${agent.role}`, agent.role);
  /** A user name, a program's, or what can be said of whoever has neither. */
  const who = (agent: Agent): string => agent.username || (agent.role === "system" && agent.client) || role(agent);
  /** The same of an event, where the participant who was asked for is known by number. */
  const doer = ({ agent, persons }: AuditEvent): string => persons.find((person) => person.is_actor && person.participant)?.participant ?? who(agent);
  /** Role and where, for whoever is called `name` already: «Case manager, Funchal». */
  const place = (agent: Agent, name = who(agent)): string =>
    [role(agent) === name ? "" : role(agent), agent.project && t("audit.project", { name: agent.project }), ...agent.organisations.map(({ name }) => name)].filter(Boolean).join(", ");
  const why = (purpose: string): string => orCode(`audit.purpose.${purpose}`, purpose);
  const source = (name: string): string => orCode(`audit.source.${name}`, name);

  function deed(event: AuditEvent): string {
    const { key, what } = deedOf(event);
    const said = t(`audit.deed.${key}`, { what });
    return event.times > 1 ? `${said}, ${t("audit.times", event.times)}` : said;
  }

  /** A witness by its name, the platform's own in words. */
  const witness = (name: string): string => orCode(`audit.witness_name.${name}`, name);
  const day = (at: string): string => fullDate(at, locale.value);
  const time = (at: string): string => toTheSecond(at, locale.value);

  return { role, who, doer, place, why, source, deed, witness, day, time };
}
