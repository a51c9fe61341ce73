import type { FlowStatus } from '@waggle/protocol';
import { ago, count } from '../../output/format.js';
import { plain } from '../../output/table.js';
import { goneSince } from '../../session/last-heard.js';
import type { AgentLine } from '../../session/questions.js';

/** What flows that are not over wait for: read, not decided. */
export interface StuckFacts {
  statuses: readonly FlowStatus[];
  /** Everybody who was seen; undefined where the registry does not say. */
  agents?: readonly AgentLine[];
  /** Why, of each frozen skill; empty where nobody said. */
  frozen: ReadonlyMap<string, string>;
  /** When each open question was asked, the oldest first. */
  asked: readonly Date[];
}

/** A cause for which flows do not go on by themselves, and what to do. */
export interface Stuck {
  name: string;
  message: string;
  code?: 'NO_AGENT' | 'FROZEN';
  remedy: string;
}

/** Flows by what they have in common. */
type Groups = Map<string, Set<string>>;

const note = (groups: Groups, key: string, flowId: string): void => void groups.set(key, (groups.get(key) ?? new Set()).add(flowId));

const SHOWN = 3;

const flowsText = (flows: Set<string>): string => {
  const ids = [...flows];
  const shown = `${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? ', …' : ''}`;
  return `${count(ids.length, 'flow')} (${shown})`;
};

const standing = (agent: AgentLine): string => {
  const gone = goneSince(agent);
  if (gone !== undefined) return `${agent.name} offers it and was last heard ${gone}`;
  return agent.state === 'draining' ? `${agent.name} offers it and is draining` : `${agent.name} offers it, and is there`;
};

const noAgent = ([skill, flows]: [string, Set<string>], agents: readonly AgentLine[] = []): Stuck => {
  const known = agents.filter(({ skills }) => skills.some(({ id }) => id === skill));
  const offline = known.filter(({ state }) => state === 'offline').map(({ name }) => name);
  const who = known.length === 0 ? '' : `; ${known.map(standing).join('; ')}`;
  const isThere = known.some(({ state }) => state === 'available' || state === 'busy');
  const start = isThere
    ? 'It should go on in a moment'
    : offline.length > 0
      ? `Start ${offline.join(' or ')} again`
      : 'Start an agent that offers it';
  return {
    name: 'waiting',
    code: 'NO_AGENT',
    message: `${flowsText(flows)} for an agent that offers ${plain(skill)}${who}`,
    remedy: `${start}; \`waggle doctor route ${plain(skill)}\` says where a task would go, \`waggle skills\` what is offered.`,
  };
};

const frozenSkill = ([skill, flows]: [string, Set<string>], frozen: ReadonlyMap<string, string>): Stuck => {
  const reason = frozen.get(skill) ?? '';
  return {
    name: 'waiting',
    code: 'FROZEN',
    message: `${flowsText(flows)} for ${plain(skill)}, which is frozen${reason === '' ? '' : `: ${plain(reason)}`}`,
    remedy: `Let it go on with \`waggle skills thaw ${plain(skill)}\`.`,
  };
};

const goneAgent = ([name, flows]: [string, Set<string>], gone: string): Stuck => ({
  name: 'gone',
  message: `${name} was last heard ${gone}, and ${flowsText(flows)} ${flows.size === 1 ? 'has' : 'have'} work there`,
  remedy: `Start ${name} again: its tasks go to another instance as soon as one is there; else they fail when their time is over.`,
});

const questions = (asked: readonly Date[]): Stuck => ({
  name: 'questions',
  message: `${count(asked.length, 'question')} to people, the oldest asked ${ago(asked[0]!.toISOString())}`,
  remedy: '`waggle escalations` lists them, `waggle decide ID OPTION` answers one.',
});

/** A line for each cause for which flows stand still. */
export const stuckFlows = ({ statuses, agents, frozen, asked }: StuckFacts): Stuck[] => {
  const unoffered: Groups = new Map();
  const held: Groups = new Map();
  const at: Groups = new Map();
  for (const { flowId, steps } of statuses)
    for (const { skill, waitingFor, running, agents: workers = [] } of steps) {
      if (skill !== undefined && waitingFor === 'NO_AGENT') note(unoffered, skill, flowId);
      if (skill !== undefined && waitingFor === 'FROZEN') note(held, skill, flowId);
      if (running > 0) for (const agent of workers) note(at, agent, flowId);
    }
  const gone = [...at].flatMap((group) => {
    const agent = agents?.find(({ name }) => name === group[0]);
    const since = agent && goneSince(agent);
    return since === undefined ? [] : [goneAgent(group, since)];
  });
  return [
    ...[...unoffered].map((group) => noAgent(group, agents)),
    ...[...held].map((group) => frozenSkill(group, frozen)),
    ...gone,
    ...(asked.length > 0 ? [questions(asked)] : []),
  ];
};
