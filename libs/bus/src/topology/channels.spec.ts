import { CHANNELS, STREAMS, type Channel } from '@waggle/protocol';
import { covers } from '../permissions/patterns.js';
import { streamTable } from './stream-table.js';

const channels: [string, Channel][] = Object.entries(CHANNELS);
const streams = new Map(streamTable().map((stream) => [stream.name, stream]));

/** The server replaces a schedule by the next one on its subject, whatever the stream's limits. */
const SCHEDULES = ['timerAt', 'rungAt', 'alarmAt'];

describe('what the protocol publishes of its channels', () => {
  it.each(channels)('%s: is kept by the stream it names, and by no other', (_name, { address, stream }) => {
    const keepers = [...streams.values()].filter(({ subjects = [] }) => subjects.some((subject) => covers(subject, address)));
    expect(keepers.map(({ name }) => name)).toEqual(stream === undefined ? [] : [stream]);
  });

  it.each(channels.filter(([name, { stream }]) => !SCHEDULES.includes(name) && stream !== undefined))(
    '%s: of several messages on one subject those stay that it says',
    (_name, { stream, keeps }) => {
      const { max_msgs_per_subject: kept, discard_new_per_subject: firstWins } = streams.get(stream!)!;
      expect(keeps).toBe(kept !== 1 ? 'all' : firstWins ? 'first' : 'last');
    },
  );

  it('leaves out no stream but what the broker copies, and the bytes of blobs', () => {
    const named = new Set(channels.map(([, { stream }]) => stream));
    expect(STREAMS.filter((stream) => !named.has(stream))).toEqual(['INPUT', 'BLOB']);
  });
});
