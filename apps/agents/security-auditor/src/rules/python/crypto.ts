import { FUNCTION_PYTHON, python, STATEMENT_PYTHON } from '../define.js';

export const crypto = [
  python({
    id: 'security/py-weak-hash',
    title: 'Broken hash for something secret',
    severity: 'medium',
    cwe: 328,
    why: 'MD5 and SHA-1 collide on purpose, and passwords hashed with them are guessed by the billion a second.',
    remedy: 'Use SHA-256 for integrity; hashlib.scrypt, argon2 or bcrypt for passwords.',
    message: 'A broken hash is used where secrets or signatures are spoken of.',
    mentions: /hashlib|\bmd5\b|\bsha1\b/,
    match: {
      rule: {
        any: [{ pattern: 'hashlib.md5($$$ARGS)' }, { pattern: 'hashlib.sha1($$$ARGS)' }],
        not: { regex: 'usedforsecurity\\s*=\\s*False' },
        inside: {
          stopBy: STATEMENT_PYTHON,
          any: [{ kind: 'assignment' }, { kind: 'return_statement' }, { kind: 'expression_statement' }],
          regex: '(?i)passw|secret|token|signature|credential|api_?key',
        },
      },
    },
    examples: {
      bad: ['stored = hashlib.md5(password.encode()).hexdigest()', 'signature = hashlib.sha1(body).hexdigest()'],
      good: ['etag = hashlib.md5(body).hexdigest()', 'digest = hashlib.sha256(password).hexdigest()'],
    },
  }),
  python({
    id: 'security/py-weak-cipher',
    title: 'Broken cipher',
    severity: 'high',
    cwe: 327,
    why: 'DES, RC4 and Blowfish are broken, and ECB shows the pattern of what it hides.',
    remedy: 'Use AES in GCM mode, or cryptography.fernet.',
    message: 'Data is encrypted with a cipher that does not protect it.',
    mentions: /\b(DES3?|ARC4|ARC2|Blowfish|MODE_ECB|ECB)\b/,
    match: {
      rule: {
        any: [
          { pattern: 'DES.new($$$)' },
          { pattern: 'DES3.new($$$)' },
          { pattern: 'ARC4.new($$$)' },
          { pattern: 'ARC2.new($$$)' },
          { pattern: 'Blowfish.new($$$)' },
          { kind: 'attribute', regex: '^AES\\.MODE_ECB$' },
          { pattern: 'modes.ECB()' },
        ],
      },
    },
    examples: {
      bad: ['cipher = DES.new(key, DES.MODE_CBC)', 'AES.new(key, AES.MODE_ECB)', 'Cipher(algorithms.AES(key), modes.ECB())'],
      good: ['AES.new(key, AES.MODE_GCM)', 'name = "DES"'],
    },
  }),
  python({
    id: 'security/py-insecure-random',
    title: 'Secret made from predictable randomness',
    severity: 'medium',
    cwe: 338,
    why: 'The module random can be foreseen after some outputs.',
    remedy: 'Use the module secrets.',
    message: 'The module random makes something that must not be guessed.',
    mentions: /\brandom\./,
    match: {
      rule: {
        kind: 'call',
        regex: '^random\\.(choice|choices|randint|randrange|random|getrandbits|sample)\\(',
        inside: {
          stopBy: FUNCTION_PYTHON,
          any: [
            { kind: 'assignment', has: { field: 'left', regex: '(?i)(token|secret|passw|api_?key|otp|nonce|session_?id|csrf|salt)' } },
            {
              kind: 'function_definition',
              has: {
                field: 'name',
                regex: '(?i)(generate|create|make|new|random)_?(token|secret|password|otp|nonce|session|csrf|salt|api_?key)',
              },
            },
          ],
        },
      },
    },
    examples: {
      bad: ["token = ''.join(random.choice(letters) for _ in range(16))", 'def generate_password():\n    return random.sample(letters, 8)'],
      good: ['delay = random.random()', 'token = secrets.token_hex()'],
    },
  }),
  python({
    id: 'security/py-mktemp',
    title: 'Temporary file that another can take first',
    severity: 'medium',
    cwe: 377,
    why: 'Between the name and the file another process can put a file or link of its own there.',
    remedy: 'Use tempfile.mkstemp or NamedTemporaryFile.',
    message: 'The file is named first and made later.',
    mentions: /mktemp/,
    match: { rule: { pattern: 'tempfile.mktemp($$$)' } },
    examples: { bad: ['path = tempfile.mktemp()', "tempfile.mktemp(suffix='.txt')"], good: ['tempfile.mkstemp()', 'mktemp = 1'] },
  }),
  python({
    id: 'security/py-assert-auth',
    title: 'Permission checked by assert',
    severity: 'low',
    cwe: 617,
    why: 'With `python -O` assertions are left out, and the check with them.',
    remedy: 'Raise an error.',
    message: 'A check of rights disappears under `python -O`.',
    mentions: /assert\b/,
    match: {
      rule: {
        kind: 'assert_statement',
        regex: '(?i)^assert\\s+[^"\'#]*(is_admin|is_authenticated|has_perm|is_staff|is_superuser|authorized|logged_in)',
      },
    },
    examples: {
      bad: ['assert user.is_admin', "assert request.user.has_perm('edit'), 'no'"],
      good: ['assert len(rows) == 1', 'if not user.is_admin: raise Forbidden()'],
    },
  }),
];
