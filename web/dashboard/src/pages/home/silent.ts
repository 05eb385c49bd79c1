import { sendsReadings, type Device, type ReachableParticipant } from "@smartbear/shared/api/people.ts";
import { silence, type Silence } from "@smartbear/shared/clinical/freshness.ts";

export interface SilentDevice { participant: ReachableParticipant; device: Device; silence: Silence }

/** Devices people have now that have not been heard from lately; those silent longest come first, never heard ones last. */
export function silentDevices(participants: readonly ReachableParticipant[], now: Date): SilentDevice[] {
  return participants
    .flatMap((participant) => participant.devices.map((device) =>
      ({ participant, device, silence: silence(device.last_reading_at, now.getTime()) })))
    .filter((each) => each.device.assigned_to === null && sendsReadings(each.device.category) && each.silence !== "recent")
    .sort((one, other) => lastHeard(one.device) - lastHeard(other.device));
}

const lastHeard = ({ last_reading_at: at }: Device): number => (at ? Date.parse(at) : Number.MAX_SAFE_INTEGER);
