/** What analysis needs of the task it runs for: a way to tell how far it is, and to hear that it is to stop. */
export interface Work {
  readonly signal: AbortSignal;
  progress(fraction: number, message?: string): void;
}
