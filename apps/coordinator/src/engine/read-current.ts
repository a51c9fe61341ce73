import { tailFromLeader, type Bus, type StoredMessage } from '@waggle/bus';
import type { StreamName } from '@waggle/protocol';

const PAGE = 1_000;

/**
 * All messages of a pattern after a sequence, page by page: what the replica that was asked knows, then what only the
 * leader knows yet. On a cluster the first alone overlooks who began to wait a moment ago.
 */
export async function* readCurrent(
  bus: Bus,
  stream: StreamName,
  where: { filter: string; after?: number },
): AsyncGenerator<StoredMessage[]> {
  const { filter } = where;
  let { after = 0 } = where;
  for (;;) {
    const known = await bus.read(stream, filter, { after, limit: PAGE });
    if (known.length > 0) yield known;
    after = known.at(-1)?.sequence ?? after;
    if (known.length < PAGE) break;
  }
  const tail = await tailFromLeader(bus, stream, { after, filter });
  if (tail.length > 0) yield tail;
}
