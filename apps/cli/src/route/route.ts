import { bestAgent } from '@waggle/flow';
import type { DirectoryOffer } from '@waggle/protocol';
import { isThere, type AgentLine } from '../session/questions.js';

/** What is known of a skill: read, not decided. */
export interface RouteFacts {
  skill: string;
  /** Everybody who was seen and offers it on a card, also those who are gone. */
  agents: readonly AgentLine[];
  /** What the coordinator chooses among. */
  offers: readonly DirectoryOffer[];
  /** Tasks that wait in each agent's queues, by agent. */
  waiting: ReadonlyMap<string, number>;
  /** Why, where somebody froze the skill. */
  frozen?: string;
  /** Why no coordinator would decide, where that is so. */
  coordinator?: string;
}

/** Somebody who offers the skill, and what a task meets there. */
export interface Candidate {
  name: string;
  state: AgentLine['state'];
  instances: number;
  slots: number;
  freeSlots: number;
  waiting: number;
  successRate?: number;
  meanMs?: number;
  cost?: number;
  chosen: boolean;
  /** Why nothing goes there. */
  why?: string;
}

export interface Route {
  reaches: boolean;
  code?: 'NO_AGENT' | 'BUS_TIMEOUT' | 'FROZEN';
  because: string;
  /** Milliseconds until a task that is submitted now is likely to begin; 0: at once. Absent where none would. */
  begins?: number;
  agents: Candidate[];
}

/** A beat is late after this, in milliseconds: as the registry sees it. */
const LATE = 3_000;

const whyNot = ({ state, instances }: AgentLine): string => {
  const last = Math.min(...instances.map(({ beatAge }) => beatAge));
  switch (state) {
    case 'offline':
      return Number.isFinite(last) ? `gone: last heard ${Math.round(last / 1_000)} s ago` : 'gone';
    case 'draining':
      return 'draining: it takes nothing new';
    case 'available':
    case 'busy':
      return last > LATE
        ? `its last beat is ${Math.round(last / 1_000)} s old`
        : 'not in the directory yet: the registry writes it within a second';
  }
};

const candidatesOf = ({ agents, offers, waiting }: RouteFacts, chosen?: string): Candidate[] =>
  agents.map((agent) => {
    const { name, state, slots, freeSlots, instances } = agent;
    const offer = offers.find((each) => each.agent === name);
    return {
      name,
      state,
      instances: instances.filter(isThere).length,
      slots,
      freeSlots,
      waiting: waiting.get(name) ?? 0,
      ...(offer && { successRate: offer.successRate, meanMs: offer.meanMs, ...(offer.cost !== undefined && { cost: offer.cost }) }),
      chosen: name === chosen,
      ...(offer === undefined && { why: whyNot(agent) }),
    };
  });

/** Until a slot is free for one more: what waits, by how fast the slots work it off. */
const beginsIn = ({ freeSlots, slots, meanMs }: DirectoryOffer, waiting: number): number => {
  if (freeSlots > waiting) return 0;
  return Math.round(((waiting - freeSlots + 1) * meanMs) / Math.max(1, slots));
};

const queueText = (offer: DirectoryOffer, waiting: number): string => {
  const free = offer.freeSlots > 0 ? `${offer.freeSlots} of ${offer.slots} slots free` : `all ${offer.slots} slots busy`;
  return waiting === 0 ? free : `${free}, ${waiting} tasks wait before it`;
};

/** Whether and where a task of a skill would go if it were submitted now, and why not. Pure: the same choice that the coordinator makes. */
export const routeOf = (facts: RouteFacts): Route => {
  const { skill, agents, offers, waiting, frozen, coordinator } = facts;
  if (coordinator !== undefined)
    return { reaches: false, code: 'BUS_TIMEOUT', because: `no coordinator would take it: ${coordinator}`, agents: candidatesOf(facts) };
  if (frozen !== undefined)
    return {
      reaches: false,
      code: 'FROZEN',
      because: `${skill} is frozen${frozen === '' ? '' : ` (${frozen})`}: a task would wait until it is thawed`,
      agents: candidatesOf(facts),
    };
  const choice = bestAgent(offers, { given: new Map() });
  if (choice === undefined) {
    const known = agents.map((agent) => `${agent.name} offers it and is ${whyNot(agent)}`).join('; ');
    const because = `nobody who is there offers ${skill}: a task would wait until its deadline${known === '' ? '' : `; ${known}`}`;
    return { reaches: false, code: 'NO_AGENT', because, agents: candidatesOf(facts) };
  }
  const { offer, because: reasons } = choice;
  const before = waiting.get(offer.agent) ?? 0;
  return {
    reaches: true,
    because: `a task would go to ${offer.agent} (${queueText(offer, before)})${reasons === undefined ? '' : `; ${reasons}`}`,
    begins: beginsIn(offer, before),
    agents: candidatesOf(facts, offer.agent),
  };
};
