import { watchMany, type ManyFilter } from '@waggle/client';
import type { Output } from '../output/output.js';
import { manyView } from '../output/many-view.js';
import type { Session } from './session.js';

/** Shows several flows until it is interrupted, or the time is over. */
export const watchFlows = async (
  filter: ManyFilter,
  { session, output, signal }: { session: Session; output: Output; signal: AbortSignal },
): Promise<void> => {
  const view = manyView(output);
  try {
    for await (const update of watchMany(session, filter, { signal, progress: true })) {
      output.event(update);
      view.show(update);
    }
  } finally {
    view.end();
  }
};
