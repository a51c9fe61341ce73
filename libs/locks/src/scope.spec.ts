import fc from 'fast-check';
import { scope, scopeOf, type Scope } from './scope.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 });

describe('scopes', () => {
  it('of different names have different keys, each a few plain tokens', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [one, other] = [scope.resource(a), scope.resource(b)];
        expect(one.key === other.key).toBe(a === b);
        expect(one.key).toMatch(/^resource\.[A-Za-z0-9_/=~-]{1,200}$/);
      }),
    );
  });

  it('of users and threads do not meet however they are cut', () => {
    fc.assert(
      fc.property(fc.tuple(text, text, text, text), ([a, b, c, d]) => {
        expect(scope.thread(a, b).key === scope.thread(c, d).key).toBe(a === c && b === d);
      }),
    );
    expect(scope.thread('a', 'b.c').key).not.toBe(scope.thread('a.b', 'c').key);
    expect(scope.thread('a', 'b').key).not.toBe(scope.resource('a/b').key);
  });

  it.each(['*', '>', 'a.>', '$JS.API', 'wg.t.lock', ' ', '\u0000', '\r\n', 'ä'.repeat(250), '🐝'.repeat(256), 'x'.repeat(512)])(
    'made of %j cannot stand for another',
    (name) => {
      const { key } = scope.resource(name);
      expect(key).toMatch(/^resource\.[A-Za-z0-9_/=~-]{1,200}$/);
      expect(scope.resource(`${[...name].slice(0, -1).join('')}y`).key).not.toBe(key);
    },
  );

  it('of long names that differ at their end differ', () => {
    expect(scope.resource(`${'é'.repeat(400)}a`).key).not.toBe(scope.resource(`${'é'.repeat(400)}b`).key);
  });

  it('of paths are the same for the same file', () => {
    expect(scope.path('w', './src//a.ts').key).toBe(scope.path('w', 'src/a.ts').key);
    expect(scope.path('w', 'src/x/../a.ts/').key).toBe(scope.path('w', 'src/a.ts').key);
    expect(scope.path('v', 'src/a.ts').key).not.toBe(scope.path('w', 'src/a.ts').key);
    for (const out of ['/etc/passwd', '..', '../x', 'a/../../x']) expect(() => scope.path('w', out)).toThrow('leads out');
  });

  it.each([undefined, null, '', 7, 'x'.repeat(513), '\ud800', {}, { key: 'resource.a.*', name: 'x' }, { key: 'other.a', name: 'x' }])(
    'are refused, by name: %j',
    (wrong) => {
      expect(() => scopeOf(wrong as Scope)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path: 'scope' }));
    },
  );
});
