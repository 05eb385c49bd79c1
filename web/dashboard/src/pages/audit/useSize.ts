import { formatFor } from "@smartbear/shared/format/format.ts";
import { useI18n } from "vue-i18n";

const KB = 1000;

/** Bytes as people say them: «12 kB», «3.4 MB». */
export function useSize() {
  const { locale } = useI18n();
  return (bytes: number): string => {
    const { number } = formatFor(locale.value);
    return bytes < KB * KB ? `${number(Math.ceil(bytes / KB))} kB` : `${number(bytes / KB / KB, 1)} MB`;
  };
}
