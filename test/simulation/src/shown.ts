import type { Transition } from '@waggle/flow';
import type { Kept } from '@waggle/testkit';

/** Of a log entry, what has happened. */
export const shown = ({ subject, body }: Kept): string => {
  if (subject.split('.')[2] !== 'flow') return '';
  const { payload } = JSON.parse(Buffer.from(body).toString('utf8')) as { payload: Transition };
  const events = payload.events.map((event) =>
    [
      event.type,
      ...Object.values(event).filter((value) => typeof value === 'number' && value < 1000),
      'taskId' in event ? event.taskId : '',
    ].join(' '),
  );
  return `\n${' '.repeat(13)}${payload.n}: ${events.join(', ')} | ${payload.commands.map(({ type }) => type).join(' ')} | ${payload.inputs.map(({ stream, sequence }) => `${stream}:${sequence}`).join(' ')}`;
};
