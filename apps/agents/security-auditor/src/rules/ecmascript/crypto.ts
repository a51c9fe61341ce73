import { ecmascript, NAMED_FUNCTION, STATEMENT } from '../define.js';

export const crypto = [
  ecmascript({
    id: 'security/weak-hash',
    title: 'Broken hash for something secret',
    severity: 'medium',
    cwe: 328,
    why: 'MD5 and SHA-1 collide on purpose, and passwords hashed with them are guessed by the billion a second.',
    remedy: 'Use SHA-256 for integrity; scrypt, argon2 or bcrypt for passwords.',
    message: 'A broken hash is used where secrets or signatures are spoken of.',
    mentions: /createH(ash|mac)\(/,
    match: {
      rule: {
        any: [{ pattern: 'createHash($ALG)' }, { pattern: '$C.createHash($ALG)' }],
        inside: {
          any: [
            { kind: 'lexical_declaration' },
            { kind: 'expression_statement' },
            { kind: 'return_statement' },
            { kind: 'variable_declaration' },
          ],
          stopBy: STATEMENT,
          regex: '(?i)passw|secret|token|signature|credential|apikey|api_key',
        },
      },
      constraints: { ALG: { regex: '^[\'"`](?i:md5|sha1|md4|ripemd160)[\'"`]$' } },
    },
    examples: {
      bad: [
        "const stored = createHash('md5').update(password).digest('hex');",
        "return crypto.createHash('sha1').update(token).digest();".replace('return', 'const signature ='),
      ],
      good: [
        "const etag = createHash('md5').update(body).digest('hex');",
        "const stored = createHash('sha256').update(token).digest('hex');",
      ],
    },
  }),
  ecmascript({
    id: 'security/weak-cipher',
    title: 'Broken cipher',
    severity: 'high',
    cwe: 327,
    why: 'DES, RC4 and Blowfish are broken, and ECB shows the pattern of what it hides.',
    remedy: 'Use aes-256-gcm with a fresh nonce, or libsodium.',
    message: 'Data is encrypted with a cipher that does not protect it.',
    mentions: /create(C|Dec)ipher/,
    match: {
      rule: {
        any: [
          { pattern: 'createCipheriv($ALG, $$$)' },
          { pattern: '$C.createCipheriv($ALG, $$$)' },
          { pattern: 'createDecipheriv($ALG, $$$)' },
          { pattern: '$C.createDecipheriv($ALG, $$$)' },
          { pattern: '$C.createCipher($ALG, $$$)' },
        ],
      },
      constraints: { ALG: { regex: '(?i)^[\'"`](des|des-ede.*|des3|rc4|rc2.*|bf.*|blowfish|.*-ecb)[\'"`]$' } },
    },
    examples: {
      bad: ["createCipheriv('des-ede3', key, iv);", "crypto.createCipheriv('aes-128-ecb', key, null);"],
      good: ["createCipheriv('aes-256-gcm', key, iv);", 'createCipheriv(algorithm, key, iv);'],
    },
  }),
  ecmascript({
    id: 'security/insecure-random',
    title: 'Secret made from predictable randomness',
    severity: 'medium',
    cwe: 338,
    why: 'Math.random can be foreseen after a few outputs.',
    remedy: 'Use crypto.randomUUID or crypto.randomBytes.',
    message: 'Math.random makes something that must not be guessed.',
    mentions: /Math\.random/,
    match: {
      rule: {
        pattern: 'Math.random()',
        inside: {
          stopBy: NAMED_FUNCTION,
          any: [
            {
              kind: 'variable_declarator',
              has: { field: 'name', regex: '(?i)(token|secret|passw|apikey|api_key|otp|nonce|session_?id|csrf|salt)' },
            },
            {
              kind: 'pair',
              has: {
                field: 'key',
                regex: '(?i)^[\'"]?(\\w*token|\\w*secret|\\w*password|api_?key|otp|nonce|session_?id|csrf\\w*|salt)[\'"]?$',
              },
            },
            {
              kind: 'assignment_expression',
              has: { field: 'left', regex: '(?i)(token|secret|passw|apikey|otp|nonce|session_?id|csrf|salt)$' },
            },
            {
              kind: 'function_declaration',
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
      bad: ['const token = Math.random().toString(36).slice(2);', 'function generatePassword() { return String(Math.random()); }'],
      good: ['const delay = base * Math.random();', 'const token = randomBytes(16).toString("hex");'],
    },
  }),
  ecmascript({
    id: 'security/jwt-unverified',
    title: 'Token accepted without its signature',
    severity: 'high',
    cwe: 347,
    why: 'With the algorithm `none` anybody can write a token that is accepted.',
    remedy: 'Verify with the one algorithm and key that you sign with.',
    message: 'Tokens without a signature are accepted.',
    mentions: /\bnone\b/i,
    match: { rule: { any: [{ kind: 'pair', regex: '^algorithms?\\s*:\\s*(\\[[^\\]]*)?[\'"](?i:none)[\'"]' }] } },
    examples: {
      bad: ["jwt.verify(token, key, { algorithms: ['none'] });", "jwt.sign(claims, '', { algorithm: 'none' });"],
      good: ["jwt.verify(token, key, { algorithms: ['RS256'] });", "const style = { display: 'none' };"],
    },
  }),
];
