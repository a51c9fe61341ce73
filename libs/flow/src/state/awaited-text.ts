import type { Awaited } from '../types.js';

/** What a task that waits is waiting for, as the end of "it waits …". */
export const awaitedText = (on: Awaited): string => {
  switch (on.kind) {
    case 'time':
      return 'for a time';
    case 'resource':
      return `for its turn at ${on.key}`;
    case 'sync':
      // the point's own time is kept by those who keep the point
      return `for the others while ${on.key} is open`;
    case 'signal':
      return `for the signal ${on.key}`;
    case 'event':
      return `for the event ${on.key.replace('~', '/')}`;
  }
};
