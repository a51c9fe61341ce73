import type { BusHealth } from '../port.js';

/** What stands against being ready, by what it is about. */
export class HealthBook {
  private readonly against = new Map<string, string>();
  private readonly listeners = new Set<(health: BusHealth) => void>();
  private violations = 0;
  private closed = false;

  get health(): BusHealth {
    const reasons = [...this.against.values()];
    return { ready: reasons.length === 0, reasons, violations: this.violations, ...(this.closed && { closed: true }) };
  }

  set(about: string, reason: string | undefined): void {
    if (this.against.get(about) === reason) return;
    if (reason === undefined) this.against.delete(about);
    else this.against.set(about, reason);
    this.tell();
  }

  close(reason: string): void {
    this.closed = true;
    this.set('connection', reason);
  }

  countViolation(): void {
    this.violations++;
    this.tell();
  }

  listen(listener: (health: BusHealth) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener(this.health);
  }
}
