import type { Lock, LockOptions, Locks, LockStatus, Scope, Scopes } from '@waggle/locks';

export interface TaskLocksContext {
  locks: Locks;
  /** Ends all waiting. */
  signal: AbortSignal;
  /** Shown to whoever looks at the lock. */
  metadata: Record<string, unknown>;
  /** Waits for others while the slot is somebody else's. */
  waiting: <T>(wait: () => Promise<T>) => Promise<T>;
}

/**
 * Locks of the task's tenant. This task gives its slot back while it waits; what its handler still holds when it ends is
 * released. A lock is renewed while its handler runs, also past the end of the attempt: it may still be at work.
 */
export class TaskLocks {
  private readonly taken = new Set<Lock>();

  constructor(private readonly context: TaskLocksContext) {}

  /** As `Locks.acquire` of @waggle/locks. */
  async acquire(scopes: Scopes, options: LockOptions = {}): Promise<Lock> {
    const { locks, waiting } = this.context;
    const asked = this.asked(options);
    const lock = (await locks.tryAcquire(scopes, asked)) ?? (await waiting(() => locks.acquire(scopes, asked)));
    this.taken.add(lock);
    return lock;
  }

  /** The lock if it is to be had at once, else undefined. */
  async tryAcquire(scopes: Scopes, options: Omit<LockOptions, 'wait'> = {}): Promise<Lock | undefined> {
    const lock = await this.context.locks.tryAcquire(scopes, this.asked(options));
    if (lock) this.taken.add(lock);
    return lock;
  }

  /** Does the work while the lock is held, then gives it back. Work that outlived its lock fails with `LOCK_LOST`. */
  async withLock<T>(scopes: Scopes, work: (lock: Lock) => T | Promise<T>, options: LockOptions = {}): Promise<T> {
    const lock = await this.acquire(scopes, options);
    try {
      const result = await work(lock);
      lock.check();
      return result;
    } finally {
      this.taken.delete(lock);
      await lock.release().catch(() => undefined);
    }
  }

  status(scope: string | Scope): Promise<LockStatus> {
    return this.context.locks.status(scope);
  }

  /** The handler has ended: nothing of it is at work any more. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.taken].map((lock) => lock.release()));
    this.taken.clear();
  }

  private asked<T extends LockOptions>(options: T): T {
    const { signal, metadata } = this.context;
    return {
      ...options,
      metadata: { ...metadata, ...options.metadata },
      signal: options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
    };
  }
}
