/** Text sizes a person may choose; each is a share of the app's normal size. */
export const SIZES = [1, 1.2, 1.4] as const;
export type Size = (typeof SIZES)[number];

const KEY = "smartbear.size";

export function preferredSize(): Size {
  return SIZES.find((size) => String(size) === localStorage.getItem(KEY)) ?? 1;
}

export function showSize(size: Size): void {
  document.documentElement.style.fontSize = `${size * 100}%`;
}

export function chooseSize(size: Size): void {
  localStorage.setItem(KEY, String(size));
  showSize(size);
}
