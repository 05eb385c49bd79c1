import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

export interface Load<T> {
  data: ShallowRef<T | null>;
  /** Why the newest attempt failed; the data of an earlier one stays. */
  error: ShallowRef<unknown>;
  loading: Ref<boolean>;
  reload(): Promise<void>;
}

/** Loads at once and whenever asked again; of answers that overtake each other the newest question's counts. */
export function useLoad<T>(load: () => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  let newest = 0;

  async function reload(): Promise<void> {
    const mine = ++newest;
    loading.value = true;
    try {
      const found = await load();
      if (mine === newest) [data.value, error.value] = [found, null];
    } catch (reason) {
      if (mine === newest) error.value = reason;
    } finally {
      if (mine === newest) loading.value = false;
    }
  }

  void reload();
  return { data, error, loading, reload };
}
