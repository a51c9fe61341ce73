import { compileTemplate } from './template.js';
import type { Scope } from './scope.js';

const scope = (input: unknown): Scope => ({ flowId: 'f', input, step: () => undefined });
const load = (): never => {
  throw new Error('nothing is stored here');
};

test('what many expressions make together is bounded, not only what each makes', () => {
  const { template, mistakes } = compileTemplate(Array.from({ length: 900 }, () => '${{ input.s + input.s }}'));
  expect(mistakes).toEqual([]);
  expect(() => template.render(scope({ s: 'x'.repeat(100_000) }), load)).toThrow(expect.objectContaining({ code: 'EXPRESSION_FAILED' }));
  expect(template.render(scope({ s: 'ab' }), load)).toHaveLength(900);
  expect(template.render(scope({ s: 'ab' }), load)).toHaveLength(900);
});
