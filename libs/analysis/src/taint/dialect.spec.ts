import { LANGUAGES } from '../source/language.js';
import { parse } from '../source/parse.js';
import { DIALECTS, mentionsRequest } from './dialect.js';

describe('dialects', () => {
  it.each(LANGUAGES)('name only kinds that the grammar has: %s', async (language) => {
    const root = await parse(language, 'x');
    const { assignments, names, texts, templates } = DIALECTS[language];
    for (const kind of [
      ...assignments,
      ...names,
      ...texts,
      ...Object.entries(templates).flatMap(([whole, parts]) => [whole, ...parts.split(',')]),
    ])
      expect(() => root.findAll({ rule: { kind } })).not.toThrow();
  });

  it('tell whether a file reads a request at all', () => {
    expect(mentionsRequest('typescript', 'const f = (req) => run(req.query.id);')).toBe(true);
    expect(mentionsRequest('java', 'void f(@RequestParam String id) {}')).toBe(true);
    expect(mentionsRequest('typescript', 'const f = (id) => run(id);')).toBe(false);
  });
});
