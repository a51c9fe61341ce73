import { ecmascript } from '../define.js';

export const transport = [
  ecmascript({
    id: 'security/tls-unverified',
    title: 'TLS certificates not checked',
    severity: 'high',
    cwe: 295,
    why: 'Without the check anybody on the way can pose as the other side, read everything and change it.',
    remedy: 'Trust the certificate authority of your own (`ca`, NODE_EXTRA_CA_CERTS) instead of nobody.',
    message: 'Certificates are accepted whoever signed them.',
    mentions: /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/,
    match: {
      rule: {
        any: [
          { kind: 'pair', regex: '^[\'"]?rejectUnauthorized[\'"]?\\s*:\\s*false$' },
          { kind: 'assignment_expression', regex: 'rejectUnauthorized\\s*=\\s*false$' },
          { kind: 'assignment_expression', regex: 'NODE_TLS_REJECT_UNAUTHORIZED[\'"]?\\]?\\s*=\\s*[\'"]?0[\'"]?$' },
        ],
      },
    },
    examples: {
      bad: [
        'https.request({ rejectUnauthorized: false });',
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';",
        "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0;",
      ],
      good: [
        'tls.connect({ rejectUnauthorized: true });',
        "const name = 'rejectUnauthorized: false';",
        "if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') warn();",
      ],
    },
  }),
  ecmascript({
    id: 'security/tls-old',
    title: 'Outdated TLS version',
    severity: 'medium',
    cwe: 327,
    why: 'TLS below 1.2 has known breaks.',
    remedy: 'Ask for TLSv1.2 or newer, or leave the default.',
    message: 'A TLS version with known breaks is allowed.',
    mentions: /TLSv1|SSLv[23]/,
    match: {
      rule: {
        kind: 'pair',
        regex:
          '^(minVersion|maxVersion|secureProtocol)\\s*:\\s*[\'"](TLSv1|TLSv1\\.1|SSLv3|TLSv1_method|TLSv1_1_method|SSLv3_method|SSLv23_method)[\'"]$',
      },
    },
    examples: {
      bad: ["tls.createServer({ minVersion: 'TLSv1' });", "https.get({ secureProtocol: 'SSLv3_method' });"],
      good: ["tls.createServer({ minVersion: 'TLSv1.2' });", "log('TLSv1 is old');"],
    },
  }),
];
