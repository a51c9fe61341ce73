import type { AgentSkill } from '@waggle/protocol';
import type { Presence, Roster } from './roster.js';

export interface InstanceLine {
  instance: string;
  presence: Presence;
  pid?: number;
  host?: string;
  version?: string;
  startedAt?: string;
  slots: number;
  busy: number;
  waiting: number;
  completed: number;
  failed: number;
  /** Bytes resident. */
  memory: number;
  /** Milliseconds since its last beat. */
  beatAge: number;
}

export interface AgentLine {
  name: string;
  kind: 'agent' | 'service';
  description: string;
  skills: AgentSkill[];
  capabilities: string[];
  instances: InstanceLine[];
}

/** Everybody, agents first, by name. */
export const describeAgents = (roster: Roster, now: number): AgentLine[] => {
  const lines: AgentLine[] = [];
  for (const name of new Set([...roster.all()].map((each) => each.name))) {
    const all = roster.of(name);
    const cards = all.flatMap(({ card }) => (card === undefined ? [] : [card])).sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    const [card] = cards;
    if (card === undefined) continue;
    const instances = all.map((each): InstanceLine => {
      const { beat } = each;
      return {
        instance: each.instance,
        presence: roster.presence(each, now),
        ...(each.card !== undefined && {
          pid: each.card.pid,
          host: each.card.host,
          version: each.card.version,
          startedAt: each.card.startedAt,
        }),
        slots: beat?.slots ?? 0,
        busy: beat?.busy ?? 0,
        waiting: beat?.waiting ?? 0,
        completed: beat?.completed ?? 0,
        failed: beat?.failed ?? 0,
        memory: beat?.memory ?? 0,
        beatAge: Math.round(now - each.heardAt),
      };
    });
    lines.push({ name, kind: card.kind, description: card.description, skills: card.skills, capabilities: card.capabilities, instances });
  }
  return lines.sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name));
};

export interface Statistics {
  /** Agent instances. */
  total: number;
  available: number;
  busy: number;
  draining: number;
  offline: number;
  slots: number;
  freeSlots: number;
  completed: number;
  failed: number;
  /** 0 to 1; 1 where no task has ended. */
  successRate: number;
  /** Milliseconds a task takes on average. */
  meanMs: number;
}

/** Figures of all agents together; those that are gone count until they are forgotten. */
export const statistics = (roster: Roster, now: number): Statistics => {
  const figures: Statistics = {
    total: 0,
    available: 0,
    busy: 0,
    draining: 0,
    offline: 0,
    slots: 0,
    freeSlots: 0,
    completed: 0,
    failed: 0,
    successRate: 1,
    meanMs: 0,
  };
  let worked = 0;
  for (const instance of roster.all()) {
    const { card, beat } = instance;
    if (card?.kind !== 'agent' || beat === undefined) continue;
    figures.total++;
    figures.completed += beat.completed;
    figures.failed += beat.failed;
    worked += beat.workedMs;
    const presence = roster.presence(instance, now);
    if (presence === 'gone') figures.offline++;
    else if (presence === 'draining') figures.draining++;
    else {
      const free = Math.max(0, beat.slots - beat.busy);
      figures[free > 0 ? 'available' : 'busy']++;
      figures.slots += beat.slots;
      figures.freeSlots += free;
    }
  }
  const ended = figures.completed + figures.failed;
  if (ended > 0) {
    figures.successRate = figures.completed / ended;
    figures.meanMs = worked / ended;
  }
  return figures;
};
