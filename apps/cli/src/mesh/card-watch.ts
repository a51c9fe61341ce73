import { once } from 'node:events';
import type { Bus, Subscription } from '@waggle/bus';
import { subjects, type AgentCard, type AgentMessage } from '@waggle/protocol';
import type { ChildWatch } from './child-service.js';

const REMEMBERED = 1_000;

/** Hears the cards that services publish once they are up, and so knows which processes are. */
export class CardWatch implements ChildWatch {
  readonly #heard = new Set<number>();
  readonly #waiting = new Map<number, () => void>();
  #subscription?: Subscription;

  async start(bus: Bus): Promise<void> {
    this.#subscription = await bus.subscribe(subjects.card('*', '*'), (message) => {
      let pid: number;
      try {
        ({ pid } = message.json<AgentMessage<AgentCard>>().payload);
      } catch {
        return;
      }
      if (this.#heard.size > REMEMBERED) this.#heard.clear();
      this.#heard.add(pid);
      this.#waiting.get(pid)?.();
    });
  }

  async heard(pid: number, signal: AbortSignal): Promise<void> {
    if (this.#heard.has(pid)) return;
    const said = new Promise<void>((resolve) => this.#waiting.set(pid, resolve));
    await Promise.race([said, once(signal, 'abort')]);
    this.#waiting.delete(pid);
  }

  async stop(): Promise<void> {
    await this.#subscription?.stop();
  }
}
