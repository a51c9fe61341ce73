/** Which other replicas are there, by the beats heard of them. Times are milliseconds of one monotonic clock. */
export class Membership {
  private readonly heard = new Map<string, number>();

  constructor(private readonly limit: number) {}

  beat(instance: string, at: number): void {
    this.heard.set(instance, at);
  }

  /** It said that it is leaving. */
  left(instance: string): void {
    this.heard.delete(instance);
  }

  /** Those whose last beat is younger than the limit, sorted. */
  present(now: number): string[] {
    for (const [instance, at] of this.heard) if (now - at > this.limit) this.heard.delete(instance);
    return [...this.heard.keys()].sort();
  }
}
