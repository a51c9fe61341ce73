import type { Clock } from './clock.js';
import type { Headers, Kept, ModelStream } from './model-stream.js';

/**
 * Message schedules (`@at`), with their trap: one that fires purges its whole subject, whatever was armed there since.
 * A newer one on a subject takes the place of the older.
 */
export class Schedules {
  private readonly armed = new Map<string, { sequence: number; cancel: () => void }>();

  constructor(
    private readonly clock: Clock,
    private readonly delays: () => readonly number[],
    private readonly fire: (subject: string, body: Uint8Array, headers: Headers) => void,
  ) {}

  stored(stream: ModelStream, message: Kept): void {
    const { subject, sequence, headers, body } = message;
    const [, at] = /^@at (.+)$/.exec(headers['Nats-Schedule'] ?? '') ?? [];
    const target = headers['Nats-Schedule-Target'];
    if (at === undefined || target === undefined) return;
    this.armed.get(subject)?.cancel();
    const wait = Math.max(0, Date.parse(at) - this.clock.now());
    const [first = 0, ...again] = this.delays();
    const due = (): void => {
      this.armed.delete(subject);
      this.fire(target, body, { 'Nats-Scheduler': subject, 'Nats-Schedule-Next': 'purge' });
      stream.purge(subject);
    };
    for (const late of again) this.clock.after(wait + late, () => this.fire(target, body, { 'Nats-Scheduler': subject }));
    this.armed.set(subject, { sequence, cancel: this.clock.after(wait + first, due) });
  }

  removed({ subject, sequence }: Kept): void {
    const armed = this.armed.get(subject);
    if (armed?.sequence !== sequence) return;
    armed.cancel();
    this.armed.delete(subject);
  }
}
