import { ecmascript } from '../define.js';

export const data = [
  ecmascript({
    id: 'security/sql-built',
    title: 'SQL put together from data',
    severity: 'high',
    cwe: 89,
    why: 'A quote in the data ends the text in the statement, and what follows is run as SQL.',
    remedy: 'Pass values as parameters (`?`, `$1`), names from a list of allowed ones.',
    message: 'Data is put into the text of a statement.',
    mentions: /\b(query|execute|raw|exec|prepare|all|run|\$queryRawUnsafe|\$executeRawUnsafe)\(/,
    match: {
      rule: {
        any: ['query', 'execute', 'raw', 'exec', 'prepare', '$queryRawUnsafe', '$executeRawUnsafe'].flatMap((name) => [
          { pattern: `$DB.${name}($SQL)` },
          { pattern: `$DB.${name}($SQL, $$$)` },
        ]),
      },
      constraints: {
        SQL: {
          regex: '(?is)^[\'"`]\\s*(select\\s.+\\sfrom|insert\\s+into|update\\s.+\\sset|delete\\s+from|drop\\s+table|alter\\s+table)\\b',
          any: [
            { kind: 'template_string', has: { kind: 'template_substitution' } },
            { kind: 'binary_expression', has: { not: { any: [{ kind: 'string' }, { kind: 'binary_expression' }] }, regex: '^[A-Za-z_]' } },
          ],
        },
      },
    },
    examples: {
      bad: ["db.query(`SELECT * FROM users WHERE name = '${name}'`);", 'conn.execute("DELETE FROM t WHERE id = " + id);'],
      good: [
        "db.query('SELECT * FROM users WHERE name = $1', [name]);",
        'sql`SELECT * FROM users WHERE name = ${name}`;',
        'page.query(`from ${a} to ${b}`);',
      ],
    },
  }),
  ecmascript({
    id: 'security/proto-write',
    title: 'Prototype written from data',
    severity: 'medium',
    cwe: 1321,
    why: 'A property set on the prototype of all objects shows up in every one of them.',
    remedy: 'Use a Map, or an object without a prototype, and refuse `__proto__`, `constructor` and `prototype` as keys.',
    message: 'A property of a prototype is set by a name that is not fixed.',
    mentions: /__proto__|constructor\.prototype/,
    match: {
      rule: {
        any: [
          { pattern: '$O.__proto__[$K] = $V' },
          { pattern: '$O["__proto__"][$K] = $V' },
          { pattern: '$O.constructor.prototype[$K] = $V' },
        ],
      },
      constraints: { K: { not: { kind: 'string' } } },
    },
    examples: {
      bad: ['target.__proto__[key] = value;', 'a.constructor.prototype[name] = fn;'],
      good: ["if (key === '__proto__') continue;", 'Foo.prototype[name] = fn;'],
    },
  }),
  ecmascript({
    id: 'security/unsafe-deserialize',
    title: 'Objects revived from text that may hold code',
    severity: 'high',
    cwe: 502,
    why: 'The package runs functions that it finds in the data.',
    remedy: 'Exchange JSON and check it against a schema.',
    message: 'The data is revived by a package that runs code in it.',
    mentions: /node-serialize|serialize-to-js/,
    match: { rule: { any: [{ pattern: '$S.unserialize($DATA)' }, { pattern: 'unserialize($DATA)' }] } },
    examples: {
      bad: [
        "const s = require('node-serialize');\ns.unserialize(cookie);",
        "import { unserialize } from 'node-serialize';\nunserialize(body);",
      ],
      good: ["const s = require('node-serialize');\ns.serialize(value);", 'JSON.parse(cookie);'],
    },
  }),
];
