import { audit, type Verification } from "@smartbear/shared/api/audit.ts";
import { useLoad } from "@smartbear/shared/api/useLoad.ts";
import { computed, ref } from "vue";
import { useApi } from "../../session/session.ts";
import { useEvery } from "./useEvery.ts";

/** The latest verification, followed while it runs, and a way to ask for another. */
export function useVerification() {
  const api = audit(useApi());
  const asked = ref<Verification | null>(null);
  const load = useLoad<Verification | null>(async () => (asked.value ? api.verification(asked.value.id) : api.lastVerification()));
  const isRunning = computed(() => load.data.value !== null && load.data.value.ended_at === null);
  useEvery(1000, () => isRunning.value && !load.loading.value && load.reload());

  /** @throws what the platform answers */
  async function verify(): Promise<void> {
    asked.value = await api.verify();
    await load.reload();
  }

  return { load, isRunning, verify };
}
