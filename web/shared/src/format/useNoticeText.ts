import { useI18n } from "vue-i18n";
import type { InboxItem } from "../api/inbox.ts";
import { pressure } from "./notice.ts";
import { clock } from "./when.ts";

/** What a notice says, in one line. */
export function useNoticeText() {
  const { t, locale } = useI18n();
  const at = (instant: string) => clock(instant, locale.value);

  const title = (item: InboxItem) => t(`notice.title.${item.kind}`);

  /** Actual against limit, for a row. */
  function short(item: InboxItem): string {
    if (item.undelivered) return t("notice.to", { to: t(`recipient.${item.undelivered.to}`), channel: t(`channel.${item.undelivered.channel}`) });
    const last = item.readings.at(-1);
    if (!last) return "";
    const value = pressure(last);
    return item.limit ? t("notice.against", { value, limit: pressure(item.limit) }) : t("notice.measured", { value, at: at(last.measured_at) });
  }

  /** What happened and who knows, in a sentence or two. */
  function long(item: InboxItem): string {
    const [first] = item.readings;
    const last = item.readings.at(-1);
    if (!first || !last) return short(item);
    const facts = { first: pressure(first), at: at(first.measured_at), last: pressure(last), again: at(last.measured_at) };
    const happened = t(first === last ? "notice.once" : "notice.twice", facts);
    const read = item.read_by_participant_at ? t("notice.read", { at: at(item.read_by_participant_at) }) : t("notice.unread");
    return item.level === "red" ? `${happened} ${read}` : happened;
  }

  return { title, short, long };
}
