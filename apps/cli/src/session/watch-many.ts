import { ShownFlows, watchMany, type ManyFilter } from '@waggle/client';
import type { Context } from '../context.js';
import { manyView } from '../output/many-view.js';
import { followMesh } from './follow-mesh.js';
import type { Session } from './session.js';

/** Shows several flows until it is interrupted or `over` aborts, wherever their mesh is started again meanwhile. */
export const watchFlows = async (
  filter: ManyFilter,
  { session, context, over }: { session: Session; context: Context; over?: AbortSignal },
): Promise<void> => {
  const { output, interrupted } = context;
  const view = manyView(output);
  const shown = new ShownFlows();
  try {
    await followMesh(session, context, async (there, moved) => {
      const signal = AbortSignal.any([interrupted, moved, ...(over === undefined ? [] : [over])]);
      for await (const update of watchMany(there, filter, { signal, progress: true, shown })) {
        output.event(update);
        view.show(update);
      }
      return over?.aborted || undefined;
    });
  } finally {
    view.end();
  }
};
