import type { WitnessState } from "@smartbear/shared/api/audit.ts";
import type { State } from "@smartbear/shared/clinical/state.ts";

/** The shape and colour a witness is told with; only another log is an alarm. */
export const SHAPES: Record<WitnessState, State> = { current: "optimal", unreachable: "unknown", refused: "threshold", inconsistent: "extreme" };
