import { Settled } from './settled.js';

describe('the results that are remembered', () => {
  afterEach(() => jest.restoreAllMocks());

  it('are the last thousands, and few where they are long', () => {
    const settled = new Settled();
    for (let n = 0; n < 10_000; n++) settled.add(`t.${n}`, `result ${n}`);
    for (let n = 8_000; n < 10_000; n++) expect(settled.find(`t.${n}`)).toBe(`result ${n}`);
    expect(settled.find('t.5000')).toBeUndefined();
    for (let n = 0; n < 100; n++) settled.add(`l.${n}`, 'x'.repeat(1_000_000));
    expect(settled.find('l.99')).toBeDefined();
    expect(settled.find('l.80')).toBeUndefined();
    expect(settled.find('t.9999')).toBeUndefined();
  });

  it('are forgotten after some minutes, though nothing else is settled', () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const settled = new Settled();
    settled.add('t.1', 'result');
    now += 6 * 60_000;
    expect(settled.find('t.1')).toBe('result');
    now += 5 * 60_000;
    expect(settled.find('t.1')).toBeUndefined();
    settled.add('t.2', 'result');
    now += 60 * 60_000;
    expect(settled.find('t.2')).toBeUndefined();
  });
});
