/** Whether the phone can speak. */
export const canSpeak = "speechSynthesis" in window;

/** Reads what stands in the page's main part; a second call while it speaks stops it. */
export function readAloud(language: string): void {
  if (speechSynthesis.speaking) {
    speechSynthesis.cancel();
    return;
  }
  const words = document.querySelector<HTMLElement>("main")?.innerText ?? "";
  const speech = new SpeechSynthesisUtterance(words);
  speech.lang = language;
  speech.rate = 0.9;
  speechSynthesis.speak(speech);
}

/** Says no more, as when its page is left. */
export function hush(): void {
  if (canSpeak) speechSynthesis.cancel();
}
