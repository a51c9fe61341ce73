/** Who waits: a tenant, say, and within it one who speaks. */
export interface Waiting {
  whose: string;
  speaker?: string;
}

/**
 * Takes turns among those who wait, and of each among its speakers: the first of each in their order, so that a long queue of
 * one keeps no other waiting.
 */
export class FairQueue<T> {
  private readonly queues = new Map<string, Map<string, Set<T>>>();

  put({ whose, speaker = '' }: Waiting, item: T): void {
    const speakers = this.queues.get(whose) ?? new Map<string, Set<T>>();
    const queue = speakers.get(speaker) ?? new Set();
    this.queues.set(whose, speakers.set(speaker, queue.add(item)));
  }

  /** The next one of those who may; undefined where none of them waits. Who may not keeps its place. */
  take(may: (whose: string) => boolean = () => true): T | undefined {
    for (const [whose, speakers] of this.queues) {
      if (!may(whose)) continue;
      for (const [speaker, queue] of speakers) {
        const [item] = queue;
        // to the end of the turns
        this.queues.delete(whose);
        speakers.delete(speaker);
        queue.delete(item!);
        if (queue.size > 0) speakers.set(speaker, queue);
        if (speakers.size > 0) this.queues.set(whose, speakers);
        return item;
      }
    }
    return undefined;
  }

  remove({ whose, speaker = '' }: Waiting, item: T): void {
    const speakers = this.queues.get(whose);
    const queue = speakers?.get(speaker);
    if (!queue?.delete(item)) return;
    if (queue.size === 0) speakers!.delete(speaker);
    if (speakers!.size === 0) this.queues.delete(whose);
  }
}
