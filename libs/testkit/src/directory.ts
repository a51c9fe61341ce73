import type { Bus } from '@waggle/bus';
import { skillKey, type DirectoryOffer, type DirectorySkill } from '@waggle/protocol';

/** Writes who offers a skill as the registry would, for tests in which none runs. An empty list takes the skill away. */
export const offerSkill = async (
  bus: Bus,
  skill: string,
  offers: (Pick<DirectoryOffer, 'agent'> & Partial<DirectoryOffer>)[],
): Promise<void> => {
  const whole: DirectorySkill = {
    skill,
    offers: offers.map((offer) => ({
      instances: 1,
      slots: 8,
      freeSlots: 8,
      priority: 0,
      timeout: 60_000,
      successRate: 1,
      meanMs: 0,
      ...offer,
    })),
  };
  await bus.bucket('DIRECTORY').put(`skill.${skillKey(skill)}`, JSON.stringify(whole));
};
