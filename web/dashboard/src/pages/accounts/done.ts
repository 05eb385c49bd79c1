import { computed, type ComputedRef } from "vue";

/** Something that has just been done to an account that is not there any more, or has just come. */
export interface Done { what: "deleted" | "refused" | "added"; name: string }

/** To go with the way to another page, which says it. */
export const saying = (what: Done["what"], name: string) => ({ what, name });

/** What the page before this one has done; a reload by hand still knows. */
export function useDone(): ComputedRef<Done | null> {
  const { what, name } = history.state as Partial<Done>;
  return computed(() => (what && name ? { what, name } : null));
}
