import { python } from '../define.js';

export const transport = [
  python({
    id: 'security/py-tls-unverified',
    title: 'TLS certificates not checked',
    severity: 'high',
    cwe: 295,
    why: 'Without the check anybody on the way can pose as the other side, read everything and change it.',
    remedy: 'Leave verify on; for an authority of your own pass its file.',
    message: 'Certificates are accepted whoever signed them.',
    mentions: /verify\s*=\s*False|_create_unverified_context|CERT_NONE/,
    match: {
      rule: {
        any: [
          {
            kind: 'keyword_argument',
            regex: '^verify\\s*=\\s*False$',
            inside: { kind: 'argument_list', inside: { kind: 'call', regex: '^(requests|session|httpx|client|self\\.\\w+|s|http)\\.' } },
          },
          { pattern: 'ssl._create_unverified_context($$$)' },
          { pattern: 'ssl._create_default_https_context = ssl._create_unverified_context' },
          { kind: 'assignment', regex: 'verify_mode\\s*=\\s*(ssl\\.)?CERT_NONE$' },
          { kind: 'keyword_argument', regex: '^cert_reqs\\s*=\\s*(ssl\\.|[\'"])?CERT_NONE[\'"]?$' },
        ],
      },
    },
    examples: {
      bad: ['requests.get(url, verify=False)', 'context = ssl._create_unverified_context()', 'context.verify_mode = ssl.CERT_NONE'],
      good: ['requests.get(url)', "requests.get(url, verify='/etc/ca.pem')", 'check(verify=False)'],
    },
  }),
  python({
    id: 'security/py-jwt-unverified',
    title: 'Token accepted without its signature',
    severity: 'high',
    cwe: 347,
    why: 'Anybody can write a token that is accepted.',
    remedy: 'Verify with the one algorithm and key that you sign with.',
    message: 'Tokens are read without their signature being checked.',
    mentions: /\bjwt\b/,
    match: {
      rule: {
        any: [{ pattern: 'jwt.decode($$$ARGS)' }],
        has: {
          stopBy: 'end',
          any: [
            { kind: 'keyword_argument', regex: '^verify\\s*=\\s*False$' },
            { kind: 'pair', regex: 'verify_signature[\'"]\\s*:\\s*False$' },
            { kind: 'string', regex: '^[\'"](?i:none)[\'"]$' },
          ],
        },
      },
    },
    examples: {
      bad: ["jwt.decode(token, options={'verify_signature': False})", 'jwt.decode(token, key, verify=False)'],
      good: ["jwt.decode(token, key, algorithms=['RS256'])", 'jwt.encode(claims, key)'],
    },
  }),
  python({
    id: 'security/py-flask-debug',
    title: 'Debugger reachable over HTTP',
    severity: 'high',
    cwe: 489,
    why: 'The debugger of Flask lets whoever causes an error run code.',
    remedy: 'Leave debug off, and turn it on through FLASK_DEBUG on your own machine only.',
    message: 'The application starts with its debugger on.',
    mentions: /debug\s*=\s*True/,
    match: {
      rule: {
        pattern: '$APP.run($$$ARGS)',
        has: { kind: 'argument_list', has: { kind: 'keyword_argument', regex: '^debug\\s*=\\s*True$' } },
      },
      constraints: { APP: { regex: '(?i)app|server|flask' } },
    },
    examples: {
      bad: ['app.run(debug=True)', "app.run(host='127.0.0.1', debug = True)"],
      good: ['app.run()', 'app.run(debug=False)', 'asyncio.run(main(), debug=True)'],
    },
  }),
  python({
    id: 'security/py-bind-all',
    title: 'Service bound to every network',
    severity: 'low',
    cwe: 668,
    why: 'It can be reached from every network that the machine is in.',
    remedy: 'Bind to 127.0.0.1, or make the address a setting.',
    message: 'The service listens on all addresses.',
    mentions: /0\.0\.0\.0/,
    match: {
      rule: {
        any: [
          { kind: 'keyword_argument', regex: '^host\\s*=\\s*[\'"]0\\.0\\.0\\.0[\'"]$' },
          { pattern: "$S.bind(('0.0.0.0', $PORT))" },
          { pattern: '$S.bind(("0.0.0.0", $PORT))' },
        ],
      },
    },
    examples: { bad: ["app.run(host='0.0.0.0')", 's.bind(("0.0.0.0", 8080))'], good: ["app.run(host='127.0.0.1')", "ANY = '0.0.0.0'"] },
  }),
];
