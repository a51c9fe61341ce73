/** Reservations at once; the oldest make room for new ones. */
const MOST = 10_000;

interface Reservation {
  agent: string;
  /** Milliseconds of a monotonic clock. */
  until: number;
}

/**
 * Slots that somebody means to use in a moment. Advisory: they only change what `find` shows, and run out by themselves,
 * so that a crash leaks none. Slots themselves are what beats say.
 */
export class Reservations {
  private readonly open = new Map<string, Reservation>();

  acquire(id: string, reservation: Reservation): void {
    this.open.delete(id);
    this.open.set(id, reservation);
    if (this.open.size > MOST) this.open.delete(this.open.keys().next().value!);
  }

  /** Whether there was such a one. */
  release(id: string): boolean {
    return this.open.delete(id);
  }

  takenOf(agent: string, now: number): number {
    let taken = 0;
    for (const [id, reservation] of this.open) {
      if (reservation.until <= now) this.open.delete(id);
      else if (reservation.agent === agent) taken++;
    }
    return taken;
  }
}
