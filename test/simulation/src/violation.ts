/** An invariant of docs/reliability.md that does not hold. */
export interface Violation {
  invariant: string;
  flowId: string;
  /** Milliseconds since the beginning. */
  at: number;
  what: string;
}
