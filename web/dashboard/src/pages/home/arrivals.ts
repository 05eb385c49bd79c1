import { measurements, type Arrivals } from "@smartbear/shared/api/measurements.ts";
import { useLoad, type Load } from "@smartbear/shared/api/useLoad.ts";
import { inject, provide, type InjectionKey } from "vue";
import { useApi } from "../../session/session.ts";

const KEY: InjectionKey<Load<Arrivals>> = Symbol("arrivals");

/** Asks what arrived in fourteen days, once for all sheets of the page that show it. */
export function provideArrivals(): void {
  provide(KEY, useLoad(() => measurements(useApi()).arrivals()));
}

export function useArrivals(): Load<Arrivals> {
  const load = inject(KEY);
  if (!load) throw new Error("A page that shows arrivals must provide them.");
  return load;
}
