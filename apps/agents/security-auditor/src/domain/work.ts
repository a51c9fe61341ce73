/** What analysis needs of the task it runs for: a way to tell how far it is, and to hear that it is to stop. */
export interface Work {
  readonly signal: AbortSignal;
  progress(fraction: number, message?: string): void;
  /** What `make` gives for `of`, now or the last time it was asked. */
  remember<T>(of: unknown, make: () => Promise<T>): Promise<T>;
}
