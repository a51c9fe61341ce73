/** What travels between a process and the broker. A pull, or the word that one has ended, is never lost alone. */
export type Cargo = 'ask' | 'answer' | 'say' | 'pull' | 'delivery' | 'live';

/** Carries what a process and the broker tell each other: at once, late, or never. */
export interface Network {
  toBroker(cargo: Cargo, work: () => void): void;
  toClient(cargo: Cargo, work: () => void): void;
}

/** Everything arrives, in order, in turns of the event loop of their own. */
export const directNetwork = (): Network => ({
  toBroker: (_cargo, work) => void setImmediate(work),
  toClient: (_cargo, work) => void setImmediate(work),
});
