import type { AgentSkill, DirectoryOffer, DirectorySkill } from '@waggle/protocol';
import type { Instance, Roster } from './roster.js';

/** An agent as DIRECTORY shows it under `agent.<name>`. */
export interface DirectoryAgent {
  name: string;
  description: string;
  version: string;
  skills: string[];
  capabilities: string[];
  priority: number;
  instances: number;
  slots: number;
}

/** Instances of an agent that take tasks now. */
const taking = (roster: Roster, agent: string, now: number): Required<Instance>[] =>
  roster
    .of(agent)
    .filter((instance) => roster.presence(instance, now) === 'live' && instance.card?.kind === 'agent') as Required<Instance>[];

const newest = (instances: readonly Required<Instance>[]): Required<Instance> =>
  instances.reduce((a, b) => (b.card.startedAt > a.card.startedAt ? b : a));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const agentNames = (roster: Roster): string[] => [...new Set([...roster.all()].map(({ name }) => name))].sort();

/** Who offers what now, by skill. */
export const directorySkills = (roster: Roster, now: number): Map<string, DirectorySkill> => {
  const skills = new Map<string, DirectorySkill>();
  for (const agent of agentNames(roster)) {
    const instances = taking(roster, agent, now);
    const offered = new Map<string, AgentSkill>();
    for (const { card } of [...instances].sort((a, b) => a.card.startedAt.localeCompare(b.card.startedAt))) {
      for (const skill of card.skills) offered.set(skill.id, skill);
    }
    for (const [id, skill] of offered) {
      const entry = skills.get(id) ?? { skill: id, offers: [] };
      entry.offers.push(
        offerOf(
          agent,
          skill,
          instances.filter(({ card }) => card.skills.some((each) => each.id === id)),
        ),
      );
      skills.set(id, entry);
    }
  }
  return skills;
};

const offerOf = (agent: string, skill: AgentSkill, instances: readonly Required<Instance>[]): DirectoryOffer => {
  const completed = sum(instances.map(({ beat }) => beat.completed));
  const ended = completed + sum(instances.map(({ beat }) => beat.failed));
  return {
    agent,
    instances: instances.length,
    slots: sum(instances.map(({ beat }) => beat.slots)),
    freeSlots: sum(instances.map(({ beat }) => Math.max(0, beat.slots - beat.busy))),
    priority: newest(instances).card.priority,
    timeout: skill.timeout,
    ...(skill.heartbeat !== undefined && { heartbeat: skill.heartbeat }),
    ...(skill.cost !== undefined && { cost: skill.cost }),
    successRate: ended === 0 ? 1 : round(completed / ended, 2),
    meanMs: ended === 0 ? 0 : Number((sum(instances.map(({ beat }) => beat.workedMs)) / ended).toPrecision(2)),
  };
};

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Who is there to take tasks, by name. */
export const directoryAgents = (roster: Roster, now: number): Map<string, DirectoryAgent> => {
  const agents = new Map<string, DirectoryAgent>();
  for (const name of agentNames(roster)) {
    const instances = taking(roster, name, now);
    if (instances.length === 0) continue;
    const { card } = newest(instances);
    agents.set(name, {
      name,
      description: card.description,
      version: card.version,
      skills: [...new Set(instances.flatMap((each) => each.card.skills.map(({ id }) => id)))].sort(),
      capabilities: [...new Set(instances.flatMap((each) => each.card.capabilities))].sort(),
      priority: card.priority,
      instances: instances.length,
      slots: sum(instances.map(({ beat }) => beat.slots)),
    });
  }
  return agents;
};
