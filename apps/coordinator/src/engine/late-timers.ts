import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { textOf, type FlowKey } from '../domain/flow-key.js';

/** Milliseconds: put off for at least this long and at most twice. Well below the ack wait of the inputs that hang on it. */
const PUT_OFF = 100;

interface Late {
  store: () => Promise<unknown>;
  settled: Promise<void>;
  settle: (outcome: void | Promise<void>) => void;
}

/**
 * Puts a flow's timer off for a moment: most flows end before and never need one. Until it is stored, or needed no more,
 * the inputs that armed it stay unacknowledged, so that a crash has them come again and the timer armed.
 */
@Injectable()
export class LateTimers implements OnModuleDestroy {
  private fresh = new Map<string, Late>();
  private old = new Map<string, Late>();
  private timer?: NodeJS.Timeout;

  /** A flow has one timer: it takes the place of one put off before. */
  putOff(key: FlowKey, store: () => Promise<unknown>): void {
    this.moot(key);
    let settle!: Late['settle'];
    const settled = new Promise<void>((resolve) => (settle = resolve));
    // inputs that failed for another reason hang on nothing: they come again anyway
    settled.catch(() => undefined);
    this.fresh.set(textOf(key), { store, settled, settle });
    this.timer ??= setTimeout(this.turn, PUT_OFF);
  }

  /** Of a flow whose timer is put off: resolves when it is stored or not needed, rejects when it could not be stored. */
  of(key: FlowKey): Promise<void> | undefined {
    const text = textOf(key);
    return (this.fresh.get(text) ?? this.old.get(text))?.settled;
  }

  /** The flow needs it no more. */
  moot(key: FlowKey): void {
    this.remove(textOf(key))?.settle();
  }

  async storeNow(key: FlowKey): Promise<void> {
    const late = this.remove(textOf(key));
    if (late === undefined) return;
    storeOne(late);
    await late.settled;
  }

  /** Stores all that are put off; resolves when each is settled one way or the other. */
  async flush(): Promise<void> {
    const late = [...this.old.values(), ...this.fresh.values()];
    this.old.clear();
    this.fresh.clear();
    late.forEach(storeOne);
    await Promise.allSettled(late.map(({ settled }) => settled));
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  private remove(text: string): Late | undefined {
    const late = this.fresh.get(text) ?? this.old.get(text);
    if (!this.fresh.delete(text)) this.old.delete(text);
    return late;
  }

  private readonly turn = (): void => {
    const due = this.old;
    this.old = this.fresh;
    this.fresh = new Map();
    for (const late of due.values()) storeOne(late);
    this.timer = this.old.size > 0 ? setTimeout(this.turn, PUT_OFF) : undefined;
  };
}

const storeOne = ({ store, settle }: Late): void => settle(store().then(() => undefined));
