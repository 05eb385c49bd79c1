import { onBeforeUnmount, ref, type Ref } from "vue";

/** The time, renewed twice a minute, so that ages on the page stay true. */
export function useNow(): Ref<Date> {
  const now = ref(new Date());
  const timer = setInterval(() => (now.value = new Date()), 30_000);
  onBeforeUnmount(() => clearInterval(timer));
  return now;
}
