import { LIMITS } from '@waggle/flow';
import { readEvent } from './read-event.js';

const read = (body: string) => readEvent({ source: 'ci', type: 'built' }, Buffer.from(body), { stream: 'EVENT', sequence: 7 });
const withData = (data: string) => `{"id":"e1","payload":{"data":${data}}}`;

describe('an event', () => {
  it('is what its subject says, with what it brings', () => {
    expect(read(withData('{"commit":"1f2e"}'))).toEqual({ id: 'e1', source: 'ci', type: 'built', data: { commit: '1f2e' } });
    expect(read('{"id":"no token!"}')).toEqual({ id: 'EVENT-7', source: 'ci', type: 'built' });
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['as large as a message', withData(`"${'x'.repeat(LIMITS.value)}"`)],
    ['deep beyond writing it again', withData('['.repeat(100_000) + ']'.repeat(100_000))],
    ['deeper than the signal that tells of it may be', withData('['.repeat(60) + ']'.repeat(60))],
  ])('that is %s is none', (_what, body) => {
    expect(read(body)).toBeUndefined();
  });
});
