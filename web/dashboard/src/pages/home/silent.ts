import type { Device, ReachableParticipant } from "@smartbear/shared/api/people.ts";
import { silence, type Silence } from "@smartbear/shared/clinical/freshness.ts";

export interface SilentDevice { participant: ReachableParticipant; device: Device; silence: Silence }

/** Devices people have now that have not been heard from lately; those silent longest come first, never heard ones last. */
export function silentDevices(participants: readonly ReachableParticipant[], now: Date): SilentDevice[] {
  return participants
    .flatMap((participant) => participant.devices.map((device) =>
      ({ participant, device, silence: silence(device.last_reading_at, now.getTime()) })))
    .filter((each) => each.device.assigned_to === null && each.silence !== "recent")
    .sort((one, other) => (one.device.last_reading_at ?? "~").localeCompare(other.device.last_reading_at ?? "~"));
}
