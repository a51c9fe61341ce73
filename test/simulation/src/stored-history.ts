import type { Kept, ModelBroker } from '@waggle/testkit';
import type { StreamHistory } from './sim-process.js';
import type { World } from './world.js';

/** Everything that was ever stored, also what has left since. */
export class StoredHistory implements StreamHistory {
  /** Told of every message, in the moment in which it is stored. */
  onStored: (stream: string, message: Kept) => void = () => undefined;
  /** Told of every question to people. */
  onAsk: (message: Kept) => void = () => undefined;
  onAny: (stream: string, message: Kept) => void = () => undefined;
  private readonly awaited: { stream: string; then: () => void }[] = [];
  private readonly times = new Map<string, { at: number; sequence: number }[]>();
  private readonly bySubject = new Map<string, Kept[]>();

  constructor(world: World, broker: ModelBroker) {
    broker.onStored = (stream, message) => {
      const times = this.times.get(stream);
      if (times) times.push({ at: world.now(), sequence: message.sequence });
      else this.times.set(stream, [{ at: world.now(), sequence: message.sequence }]);
      const before = this.bySubject.get(message.subject);
      if (before) before.push(message);
      else this.bySubject.set(message.subject, [message]);
      this.onAny(stream, message);
      if (stream === 'ESCALATION' && message.subject.includes('.escalation.ask.')) this.onAsk(message);
      this.onStored(stream, message);
      const at = this.awaited.findIndex((one) => one.stream === stream);
      if (at >= 0) this.awaited.splice(at, 1)[0]!.then();
    };
  }

  /** Told once, as the next message of a stream has been stored. */
  onNext(stream: string, then: () => void): void {
    this.awaited.push({ stream, then });
  }

  sequenceAt(stream: string, time: number): number {
    return this.times.get(stream)?.findLast(({ at }) => at <= time)?.sequence ?? 0;
  }

  /** All that was ever stored on a subject. */
  of(subject: string): readonly Kept[] {
    return this.bySubject.get(subject) ?? [];
  }
}
