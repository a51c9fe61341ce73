import { WaggleError } from '@waggle/protocol';
import { TaskError } from '../index.js';
import { faultOf } from './faults.js';

describe('what a handler threw', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['words', 'words'],
    [7n, '7n'],
    [{ why: 'so' }, "{ why: 'so' }"],
    [Object.create(null), '[Object: null prototype] {}'],
    [Object.assign(new Error(), { message: null }), expect.stringContaining('Error')],
  ])('is an INTERNAL fault though it is no proper error: %p', (thrown, message) => {
    expect(faultOf(thrown)).toMatchObject({ code: 'INTERNAL', message, retryable: true });
  });

  it('keeps its code, and what fits of the rest', () => {
    expect(faultOf({ code: 'TASK_TIMEOUT' })).toEqual({ code: 'TASK_TIMEOUT', message: "{ code: 'TASK_TIMEOUT' }", retryable: true });
    expect(faultOf({ code: 'CANCELED', message: 7, retryable: 'yes', problems: 'many' })).toMatchObject({ retryable: false });
    expect(faultOf({ code: 'CANCELED', problems: 'many' })).not.toHaveProperty('problems');
    expect(faultOf(new WaggleError('CANCELED', 'enough', { retryable: true }))).toMatchObject({ message: 'enough', retryable: true });
    expect(faultOf(new TaskError('TOO_HARD', { retryable: true }))).toMatchObject({ code: 'TOO_HARD', retryable: true });
    expect(faultOf(new TaskError('too hard'))).toMatchObject({ code: 'INTERNAL', message: 'too hard' });
  });
});
