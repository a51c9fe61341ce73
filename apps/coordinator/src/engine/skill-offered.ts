import { Inject, Injectable } from '@nestjs/common';
import type { Origin } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import {
  createMessage,
  MESSAGE_TYPES,
  skillKey,
  SKILL_ID,
  subjects,
  type AgentMessage,
  type BusEvent,
  type Signal,
} from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { derivedId } from '../domain/derived-id.js';
import { inParallel } from '../domain/in-parallel.js';
import { readCurrent } from './read-current.js';

const WIDTH = 64;

/** The event that a skill has gained an agent, or was thawed: it wakes all flows that wait for it, of every tenant. */
@Injectable()
export class SkillOffered {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** Resolves when every waiting flow has its signal, under an id derived from the event's. */
  async wake(origin: Origin, body: Uint8Array): Promise<void> {
    const skill = skillOf(body);
    if (skill === undefined) return this.log.warn('an event of a skill that names none', { ...origin });
    const filter = subjects.wait('*', 'skill', skillKey(skill), '*');
    for await (const entries of readCurrent(this.bus, 'WAIT', { filter }))
      await inParallel(entries, WIDTH, ({ subject }) => this.signal(subject, skill, origin));
  }

  private async signal(waiting: string, skill: string, origin: Origin): Promise<void> {
    const [, tenant, , , , flowId] = waiting.split('.') as [string, string, string, string, string, string];
    const payload: Signal = { signal: 'wake', reason: 'SKILL_OFFERED', data: { skill } };
    const id = derivedId('wake', flowId, origin.stream, origin.sequence);
    const message = createMessage({
      id,
      type: MESSAGE_TYPES.signal,
      from: this.bus.me,
      tenant,
      intent: 'command',
      correlationId: flowId,
      payload,
    });
    await this.bus.publishOnce('SUBMIT', subjects.signal(tenant, this.bus.me, flowId, id), JSON.stringify(message));
  }
}

const skillOf = (body: Uint8Array): string | undefined => {
  try {
    const { payload } = JSON.parse(Buffer.from(body).toString('utf8')) as AgentMessage<BusEvent>;
    const skill = (payload.data as { skill?: unknown } | undefined)?.skill;
    return typeof skill === 'string' && SKILL_ID.test(skill) ? skill : undefined;
  } catch {
    return undefined;
  }
};
