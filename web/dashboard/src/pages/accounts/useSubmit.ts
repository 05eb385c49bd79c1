import { ApiError } from "@smartbear/shared/api/errors.ts";
import { computed, ref, shallowRef } from "vue";
import { useI18n } from "vue-i18n";

/** Sends something once at a time, and keeps why it could not be sent. */
export function useSubmit() {
  const { t } = useI18n();
  const busy = ref(false);
  const error = shallowRef<unknown>(null);
  const failure = computed(() =>
    error.value === null ? null
      : t("accounts.failed", { why: error.value instanceof ApiError ? error.value.message : t("message.offline_first") }));

  /** Whether it worked. */
  async function submit(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    [busy.value, error.value] = [true, null];
    try {
      await work();
      return true;
    } catch (reason) {
      error.value = reason;
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, error, failure, submit };
}
