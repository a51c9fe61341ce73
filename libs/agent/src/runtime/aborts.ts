import type { Bus, Subscription } from '@waggle/bus';
import { subjects, type TaskAbort, type TaskAddress } from '@waggle/protocol';

export type AttemptAddress = Omit<TaskAddress, 'priority'>;

export const attemptKey = (address: AttemptAddress): string => `${address.tenant}.${address.flowId}.${address.taskId}.${address.attempt}`;

export const abortSubject = (address: AttemptAddress): string =>
  subjects.abort(address.tenant, address.agent, address.flowId, address.taskId, address.attempt);

/** Why an attempt is to stop; the text is for people, so a message without one still counts. */
export const abortReason = (message: { json<T>(): T }): string => {
  try {
    return String(message.json<{ payload: TaskAbort }>().payload.reason);
  } catch {
    return 'aborted';
  }
};

/** Hears live which attempts of this agent are to stop. At most once: a missed one is made good by the read before a start, and by the fence. */
export class Aborts {
  private readonly listeners = new Map<string, (reason: string) => void>();
  private subscription?: Subscription;

  async listen(bus: Bus, tenant: string | undefined): Promise<void> {
    this.subscription = await bus.subscribe(subjects.abort(tenant ?? '*', bus.me, '*', '*', '*'), (message) => {
      const [, of, , , flowId, taskId, attempt] = message.subject.split('.');
      this.listeners.get(`${of}.${flowId}.${taskId}.${attempt}`)?.(abortReason(message));
    });
  }

  on(key: string, listener: (reason: string) => void): void {
    this.listeners.set(key, listener);
  }

  off(key: string): void {
    this.listeners.delete(key);
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
  }
}
