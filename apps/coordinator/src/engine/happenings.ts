import { Inject, Injectable } from '@nestjs/common';
import type { Origin } from '@waggle/flow';
import { Log } from '@waggle/service';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import { readEvent } from '../domain/read-event.js';
import { EventSignals } from './event-signals.js';
import { SkillOffered } from './skill-offered.js';
import { Triggers } from './triggers.js';

export interface EventAddress {
  tenant: string;
  source: string;
  type: string;
}

/** An event as it is stored. */
export interface StoredEvent {
  origin: Origin;
  body: Uint8Array;
  /** When the broker stored it, of one that may have been dealt with since: who began to wait or listen later is not meant. */
  late?: Date;
}

/** What an event means to flows: those that wait for it are told, and those that it starts are asked for. */
@Injectable()
export class Happenings {
  constructor(
    @Inject(COORDINATOR_CONFIG) private readonly config: CoordinatorConfig,
    private readonly skillOffered: SkillOffered,
    private readonly signals: EventSignals,
    private readonly triggers: Triggers,
    private readonly log: Log,
  ) {}

  /** Resolves when everything that follows from the event is stored, under ids derived from its own. */
  async take({ tenant, source, type }: EventAddress, { origin, body, late }: StoredEvent): Promise<void> {
    if (this.wakesAll(source, type)) await this.skillOffered.wake(origin, body);
    const event = readEvent({ source, type }, body, origin);
    if (event === undefined)
      return this.log.warn('an event that cannot be read: it is no JSON object, or too large or too deep', {
        tenant,
        source,
        type,
        ...origin,
      });
    await this.signals.tell(tenant, event, late);
    await this.triggers.start(tenant, event, late);
  }

  /** Flows of all tenants are woken by the registry's word, and an operator's, who alone may thaw: by nobody else's. */
  private wakesAll(source: string, type: string): boolean {
    return type === 'skill-thawed' ? this.config.operators.includes(source) : type === 'skill-offered' && source === 'registry';
  }
}
