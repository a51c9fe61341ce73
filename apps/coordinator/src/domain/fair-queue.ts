/** Takes turns among those who wait: the first of each in their order, so that a long queue of one keeps no other waiting. */
export class FairQueue<T> {
  private readonly queues = new Map<string, Set<T>>();

  put(whose: string, item: T): void {
    const queue = this.queues.get(whose);
    if (queue === undefined) this.queues.set(whose, new Set([item]));
    else queue.add(item);
  }

  /** The next one of those who may; undefined where none of them waits. Who may not keeps its place. */
  take(may: (whose: string) => boolean = () => true): T | undefined {
    for (const [whose, queue] of this.queues) {
      if (!may(whose)) continue;
      const [item] = queue;
      this.queues.delete(whose);
      queue.delete(item!);
      // to the end of the turns
      if (queue.size > 0) this.queues.set(whose, queue);
      return item;
    }
    return undefined;
  }

  remove(whose: string, item: T): void {
    const queue = this.queues.get(whose);
    queue?.delete(item);
    if (queue?.size === 0) this.queues.delete(whose);
  }
}
