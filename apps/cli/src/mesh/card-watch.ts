import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '@waggle/bus';
import { codeOf, subjects, type AgentCard, type AgentMessage } from '@waggle/protocol';
import type { ChildWatch } from './child-service.js';

const LOOK = 100;
const PASSING = ['BUS_UNREACHABLE', 'BUS_TIMEOUT'];

/**
 * Sees by the cards that services publish once they are up which processes are. The cards are read while somebody
 * waits for one: what agents publish behind their account's border is not heard live behind another.
 */
export class CardWatch implements ChildWatch {
  #looking?: Promise<Set<number>>;

  constructor(private readonly bus: Bus) {}

  async heard(pid: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
      if ((await this.#looking).has(pid)) return;
      await delay(LOOK, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<Set<number>> {
    try {
      const cards = await this.bus.read('BEAT', subjects.card('*', '*'), { lastPerSubject: true });
      return new Set(cards.map((card) => card.json<AgentMessage<AgentCard>>().payload.pid));
    } catch (error) {
      // The broker may be on its way back: asked again until the one who waits gives up.
      if (PASSING.includes(codeOf(error) ?? '')) return new Set();
      throw error;
    }
  }
}
