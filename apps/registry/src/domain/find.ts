import type { AgentSkill } from '@waggle/protocol';
import type { Instance, Roster } from './roster.js';

/** What is looked for: a skill's id, or a capability or tag. */
export interface FindQuestion {
  skill?: string;
  capability?: string;
  /** Only who has a slot free. */
  onlyAvailable: boolean;
}

export interface Found {
  agent: string;
  description: string;
  skills: AgentSkill[];
  capabilities: string[];
  instances: number;
  slots: number;
  freeSlots: number;
  priority: number;
}

/** Agents that fit, the preferred first: by priority, then by free slots, then by name. */
export const find = (roster: Roster, question: FindQuestion, around: { now: number; taken: (agent: string) => number }): Found[] => {
  const found: Found[] = [];
  const names = [...new Set([...roster.all()].map(({ name }) => name))];
  for (const name of names) {
    const live = roster
      .of(name)
      .filter((each) => roster.presence(each, around.now) === 'live' && each.card?.kind === 'agent') as Required<Instance>[];
    const fitting = live.filter(({ card }) => card.skills.some((skill) => fits(skill, card.capabilities, question)));
    if (fitting.length === 0) continue;
    const { card } = fitting.reduce((a, b) => (b.card.startedAt > a.card.startedAt ? b : a));
    const slots = fitting.reduce((total, { beat }) => total + beat.slots, 0);
    const free = fitting.reduce((total, { beat }) => total + Math.max(0, beat.slots - beat.busy), 0) - around.taken(name);
    if (question.onlyAvailable && free <= 0) continue;
    found.push({
      agent: name,
      description: card.description,
      skills: card.skills.filter((skill) => fits(skill, card.capabilities, question)),
      capabilities: card.capabilities,
      instances: fitting.length,
      slots,
      freeSlots: Math.max(0, free),
      priority: card.priority,
    });
  }
  return found.sort((a, b) => b.priority - a.priority || b.freeSlots - a.freeSlots || a.agent.localeCompare(b.agent));
};

const fits = (skill: AgentSkill, capabilities: readonly string[], { skill: wanted, capability }: FindQuestion): boolean => {
  if (wanted !== undefined && skill.id !== wanted) return false;
  return capability === undefined || capabilities.includes(capability) || skill.tags.includes(capability);
};
