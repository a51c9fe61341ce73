/** How a broker may be come by. Makes the binary at `target`, or says why it cannot. */
export interface Way {
  target: string;
  /** A folder of its own, removed afterwards. */
  scratch: string;
  onProgress: (text: string) => void;
  signal?: AbortSignal;
}

export type WayResult = { made: true } | { made: false; why: string };

export const made: WayResult = { made: true };
export const cannot = (why: string): WayResult => ({ made: false, why });
