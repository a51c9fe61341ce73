import { python } from '../define.js';

export const data = [
  python({
    id: 'security/py-pickle',
    title: 'Objects revived from bytes that may hold code',
    severity: 'medium',
    cwe: 502,
    why: 'Loading a pickle runs what is in it: whoever can write the bytes runs code here.',
    remedy: 'Exchange JSON or another format of data only; sign pickles that only you write.',
    message: 'The bytes are revived by a loader that runs code in them.',
    mentions: /\b(pickle|cPickle|_pickle|dill|marshal|shelve|jsonpickle)\b/,
    match: {
      rule: {
        any: [
          'pickle.load',
          'pickle.loads',
          'cPickle.load',
          'cPickle.loads',
          'dill.load',
          'dill.loads',
          'marshal.load',
          'marshal.loads',
          'jsonpickle.decode',
          'pickle.Unpickler',
        ].flatMap((name) => [{ pattern: `${name}($DATA)` }, { pattern: `${name}($DATA, $$$)` }]),
      },
    },
    examples: {
      bad: ['pickle.loads(request.data)', "pickle.load(f, encoding='latin1')", 'dill.load(handle)'],
      good: ['pickle.dumps(value)', 'json.loads(body)'],
    },
  }),
  python({
    id: 'security/py-yaml-load',
    title: 'YAML that may build any object',
    severity: 'high',
    cwe: 502,
    why: 'YAML can name Python classes to be built: whoever writes the text runs code here.',
    remedy: 'Use yaml.safe_load.',
    message: 'The text may name objects to be built, code included.',
    mentions: /\byaml\.(unsafe_|full_)?load/,
    match: {
      rule: {
        any: [{ pattern: 'yaml.load($$$ARGS)' }, { pattern: 'yaml.load_all($$$ARGS)' }, { pattern: 'yaml.unsafe_load($$$ARGS)' }],
        not: { regex: 'SafeLoader|BaseLoader|\\bloader\\)' },
      },
    },
    examples: {
      bad: ['yaml.load(text)', 'yaml.load(text, Loader=yaml.Loader)', 'yaml.unsafe_load(stream)'],
      good: [
        'yaml.safe_load(text)',
        'yaml.load(text, Loader=yaml.SafeLoader)',
        'yaml.load(text, Loader=CSafeLoader)',
        'yaml.load(text, loader)',
      ],
    },
  }),
  python({
    id: 'security/py-sql-built',
    title: 'SQL put together from data',
    severity: 'high',
    cwe: 89,
    why: 'A quote in the data ends the text in the statement, and what follows is run as SQL.',
    remedy: 'Pass values as parameters of execute().',
    message: 'Data is put into the text of a statement.',
    mentions: /\.(execute|executemany|executescript|raw)\(/,
    match: {
      rule: {
        any: ['execute', 'executemany', 'executescript', 'raw'].flatMap((name) => [
          { pattern: `$DB.${name}($SQL)` },
          { pattern: `$DB.${name}($SQL, $$$)` },
        ]),
      },
      constraints: {
        SQL: {
          regex:
            '(?is)^\\(?[frbu]{0,2}(\'|"){1,3}\\s*(select\\s.+\\sfrom|insert\\s+into|update\\s.+\\sset|delete\\s+from|drop\\s+table|alter\\s+table)\\b',
          any: [{ kind: 'string', has: { kind: 'interpolation' } }, { kind: 'binary_operator' }, { kind: 'call', regex: '\\.format\\(' }],
        },
      },
    },
    examples: {
      bad: [
        'cur.execute(f"SELECT * FROM users WHERE name = \'{name}\'")',
        'cur.execute("DELETE FROM t WHERE id = %s" % id)',
        "db.execute('SELECT a FROM b WHERE c = {}'.format(c))",
      ],
      good: ['cur.execute("SELECT * FROM users WHERE name = %s", (name,))', 'cur.execute(statement)', "pool.execute(f'task {name}')"],
    },
  }),
  python({
    id: 'security/py-tar-extract',
    title: 'Archive unpacked without looking at its paths',
    severity: 'medium',
    cwe: 22,
    why: 'An archive can hold paths such as `../../x`, which write outside the folder.',
    remedy: "Pass filter='data' (Python 3.12, and 3.8 to 3.11 with security updates).",
    message: 'Files in the archive may be written anywhere.',
    mentions: /tarfile/,
    match: {
      rule: { any: [{ pattern: '$TAR.extractall($$$)' }], not: { regex: 'filter\\s*=|members\\s*=' } },
      constraints: { TAR: { not: { regex: '(?i)zip' } } },
    },
    examples: {
      bad: ['import tarfile\ntarfile.open(name).extractall(folder)', 'import tarfile\ntar.extractall()'],
      good: ["import tarfile\ntar.extractall(folder, filter='data')", 'import zipfile\nzip.extractall(folder)'],
    },
  }),
];
