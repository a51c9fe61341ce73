import { Injectable } from '@nestjs/common';
import type { Origin } from '@waggle/flow';
import { Log } from '@waggle/service';
import { readEvent } from '../domain/read-event.js';
import { EventSignals } from './event-signals.js';
import { SkillOffered } from './skill-offered.js';
import { Triggers } from './triggers.js';

export interface EventAddress {
  tenant: string;
  source: string;
  type: string;
}

/** What an event means to flows: those that wait for it are told, and those that it starts are asked for. */
@Injectable()
export class Happenings {
  constructor(
    private readonly skillOffered: SkillOffered,
    private readonly signals: EventSignals,
    private readonly triggers: Triggers,
    private readonly log: Log,
  ) {}

  /** Resolves when everything that follows from the event is stored, under ids derived from its own. */
  async take({ tenant, source, type }: EventAddress, origin: Origin, body: Uint8Array): Promise<void> {
    if ((source === 'registry' && type === 'skill-offered') || type === 'skill-thawed') await this.skillOffered.wake(origin, body);
    const event = readEvent({ source, type }, body, origin);
    if (event === undefined)
      return this.log.warn('an event that cannot be read: it is no JSON object, or too large or too deep', {
        tenant,
        source,
        type,
        ...origin,
      });
    await this.signals.tell(tenant, event);
    await this.triggers.start(tenant, event);
  }
}
