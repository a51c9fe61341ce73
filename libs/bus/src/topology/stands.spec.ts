import { stands } from './stands.js';

it.each([
  [{ a: 1 }, { a: 1, added: 'by the server' }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: false, b: 0, c: -1, d: [] }, {}, true],
  [{ a: true }, {}, false],
  [{ a: undefined }, { a: 5 }, true],
  [{ list: [{ x: 1 }] }, { list: [{ x: 1, y: 2 }] }, true],
  [{ list: [{ x: 1 }] }, { list: [{ x: 1 }, { x: 2 }] }, false],
  [{ list: [] }, { list: ['INPUT'] }, false],
])('%j against %j: %s', (wanted, actual, expected) => expect(stands(wanted, actual)).toBe(expected));
