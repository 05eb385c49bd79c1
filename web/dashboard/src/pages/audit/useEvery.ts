import { onBeforeUnmount } from "vue";

/** Does something every so many milliseconds while the calling component is there. */
export function useEvery(milliseconds: number, work: () => unknown): void {
  const timer = setInterval(work, milliseconds);
  onBeforeUnmount(() => clearInterval(timer));
}
