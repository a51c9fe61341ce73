export interface Event {
  at: number;
  /** Order of making, for what happens at the same time. */
  order: number;
  owner: Owner;
  work: () => void;
  canceled: boolean;
}

/** Whose code an event runs: what a process that is gone was to do is not done, what a stalled one was to do is done later. */
export interface Owner {
  readonly name: string;
  dead: boolean;
  stalledUntil: number;
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** What is to happen, the earliest first. */
export class EventHeap {
  private readonly events: Event[] = [];

  get size(): number {
    return this.events.length;
  }

  get first(): Event | undefined {
    return this.events[0];
  }

  push(event: Event): void {
    const { events } = this;
    let at = events.length;
    events.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, events[parent]!)) break;
      events[at] = events[parent]!;
      at = parent;
    }
    events[at] = event;
  }

  pop(): Event | undefined {
    const { events } = this;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || events.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= events.length) break;
      const right = left + 1;
      const child = right < events.length && before(events[right]!, events[left]!) ? right : left;
      if (!before(events[child]!, last)) break;
      events[at] = events[child]!;
      at = child;
    }
    events[at] = last;
    return first;
  }
}
