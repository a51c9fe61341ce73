import { Company } from './company.js';

describe('company', () => {
  it('is whoever else has been about lately, however often one comes', () => {
    const company = new Company(5_000);
    expect(company.isAlone('loud', 0)).toBe(true);
    company.seen('loud', 0);
    expect(company.isAlone('loud', 0)).toBe(true);
    expect(company.isAlone('quiet', 0)).toBe(false);
    company.seen('quiet', 1_000);
    for (let now = 1_001; now < 6_000; now += 500) company.seen('loud', now);
    expect(company.isAlone('loud', 6_000)).toBe(false);
    expect(company.isAlone('loud', 6_001)).toBe(true);
    expect(company.isAlone('quiet', 6_001)).toBe(false);
  });

  it('goes on while two take turns', () => {
    const company = new Company(5_000);
    for (let now = 0; now < 20_000; now += 1_000) company.seen(now % 2_000 === 0 ? 'a' : 'b', now);
    expect(company.isAlone('a', 20_000)).toBe(false);
    expect(company.isAlone('b', 20_000)).toBe(false);
  });
});
