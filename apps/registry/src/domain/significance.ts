import type { DirectorySkill } from '@waggle/protocol';

/** What must be known at once: who offers it, how, and whether anybody has a slot free. */
const urgent = ({ offers }: DirectorySkill): string =>
  JSON.stringify(
    offers.map(({ agent, instances, slots, freeSlots, priority, timeout, heartbeat, cost }) => [
      agent,
      instances,
      slots,
      freeSlots > 0,
      priority,
      timeout,
      heartbeat,
      cost,
    ]),
  );

export type Change = 'none' | 'soon' | 'now';

/** How much the written entry of a skill differs from what is so: figures alone may wait. */
export const changeOf = (written: DirectorySkill | undefined, actual: DirectorySkill | undefined): Change => {
  if (written === undefined || actual === undefined) return written === actual ? 'none' : 'now';
  if (urgent(written) !== urgent(actual)) return 'now';
  return JSON.stringify(written) === JSON.stringify(actual) ? 'none' : 'soon';
};

/** Agents that offer it now and did not by the written entry. */
export const gained = (written: DirectorySkill | undefined, actual: DirectorySkill | undefined): string[] => {
  const before = new Set(written?.offers.map(({ agent }) => agent));
  return (actual?.offers ?? []).map(({ agent }) => agent).filter((agent) => !before.has(agent));
};
