import { Dark } from "quasar";
import { ref, readonly } from "vue";

export type Theme = "light" | "dark";

const KEY = "smartbear.theme";
const current = ref<Theme>("light");

/** The theme shown now; charts redraw when it changes. */
export const theme = readonly(current);

/** What the person chose on this device; null while the system decides. */
export function chosenTheme(): Theme | null {
  const chosen = localStorage.getItem(KEY);
  return chosen === "light" || chosen === "dark" ? chosen : null;
}

/** What the person chose earlier, otherwise what the system prefers. */
export function preferredTheme(): Theme {
  return chosenTheme() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

export function showTheme(next: Theme): void {
  current.value = next;
  Dark.set(next === "dark");
  document.documentElement.dataset.theme = next;
}

/** Show a theme and remember it on this device; null leaves it to the system again. */
export function chooseTheme(next: Theme | null): void {
  if (next) localStorage.setItem(KEY, next);
  else localStorage.removeItem(KEY);
  showTheme(preferredTheme());
}

/** A token's value as the page computes it, for what cannot read CSS variables. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
