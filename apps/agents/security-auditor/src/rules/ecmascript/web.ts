import { ecmascript, FIXED_TEXT, jsx } from '../define.js';

export const web = [
  ecmascript({
    id: 'security/inner-html',
    title: 'Markup set from data',
    severity: 'medium',
    cwe: 79,
    why: 'Markup in the data becomes part of the page: a script in it runs as the user.',
    remedy: 'Set textContent, build elements, or clean the markup with a sanitizer first.',
    message: 'Markup that is not fixed is put into the page.',
    mentions: /\b(innerHTML|outerHTML|insertAdjacentHTML)\b/,
    match: {
      rule: {
        any: [
          { pattern: '$EL.innerHTML = $HTML' },
          { pattern: '$EL.innerHTML += $HTML' },
          { pattern: '$EL.outerHTML = $HTML' },
          { pattern: '$EL.insertAdjacentHTML($WHERE, $HTML)' },
        ],
      },
      constraints: { HTML: { not: { any: [...FIXED_TEXT.any, { regex: '(?i)sanitize|purify|escape|trusted' }] } } },
    },
    examples: {
      bad: ['el.innerHTML = comment;', 'list.insertAdjacentHTML("beforeend", `<li>${name}</li>`);'],
      good: ["el.innerHTML = '';", 'el.textContent = comment;', 'el.innerHTML = DOMPurify.sanitize(comment);'],
    },
  }),
  ecmascript({
    id: 'security/document-write',
    title: 'Document written from data',
    severity: 'medium',
    cwe: 79,
    why: 'What is written is read as markup, scripts included.',
    remedy: 'Build elements and set textContent.',
    message: 'Text that is not fixed is written into the document.',
    mentions: /\bdocument\.write/,
    match: {
      rule: { any: [{ pattern: 'document.write($HTML)' }, { pattern: 'document.writeln($HTML)' }] },
      constraints: { HTML: { not: FIXED_TEXT } },
    },
    examples: {
      bad: ['document.write(location.hash);', 'document.writeln("<b>" + name);'],
      good: ['document.write("<hr>");', 'file.write(text);'],
    },
  }),
  jsx({
    id: 'security/dangerous-html-prop',
    title: 'React told to trust markup',
    severity: 'medium',
    cwe: 79,
    why: 'React leaves this markup as it is: a script or handler in it runs as the user.',
    remedy: 'Render text, or clean the markup with a sanitizer right here.',
    message: 'Markup that is not fixed goes into the page past React.',
    mentions: /dangerouslySetInnerHTML/,
    match: {
      rule: {
        kind: 'jsx_attribute',
        has: { regex: '^dangerouslySetInnerHTML$' },
        not: { any: [{ regex: '(?i)sanitize|purify|escape' }, { regex: '__html:\\s*[\'"`][^$]*[\'"`]\\s*\\}' }] },
      },
    },
    examples: {
      bad: ['const a = <div dangerouslySetInnerHTML={{ __html: post.body }} />;', 'const a = <p dangerouslySetInnerHTML={markup} />;'],
      good: [
        "const a = <p dangerouslySetInnerHTML={{ __html: '&nbsp;' }} />;",
        'const a = <p dangerouslySetInnerHTML={{ __html: sanitize(body) }} />;',
      ],
    },
  }),
  ecmascript({
    id: 'security/open-redirect',
    title: 'Redirect to a place from the request',
    severity: 'medium',
    cwe: 601,
    why: 'A link to your site can then lead anywhere, which makes it useful for phishing.',
    remedy: 'Redirect to paths of your own only, or to places in a list.',
    message: 'The target of the redirect is taken from the request.',
    mentions: /\.redirect\(/,
    match: {
      rule: { any: [{ pattern: '$RES.redirect($TO)' }, { pattern: '$RES.redirect($CODE, $TO)' }] },
      constraints: { TO: { regex: '^(req|request|ctx)\\.(query|body|params|headers)\\b' } },
    },
    examples: {
      bad: ['res.redirect(req.query.next);', 'response.redirect(302, request.body.url);'],
      good: ["res.redirect('/home');", 'res.redirect(safe(req.query.next));'],
    },
  }),
  ecmascript({
    id: 'security/cors-credentials',
    title: 'Every origin may send credentials',
    severity: 'high',
    cwe: 942,
    why: 'Any site that a user visits can then act on this API as that user.',
    remedy: 'Name the allowed origins.',
    message: 'All origins are allowed together with credentials.',
    mentions: /credentials\s*:\s*true/,
    match: {
      rule: {
        kind: 'object',
        all: [
          { has: { kind: 'pair', regex: '^origin\\s*:\\s*(true|[\'"]\\*[\'"])$' } },
          { has: { kind: 'pair', regex: '^credentials\\s*:\\s*true$' } },
        ],
      },
    },
    examples: {
      bad: ['app.use(cors({ origin: true, credentials: true }));', "cors({ credentials: true, origin: '*' });"],
      good: ["cors({ origin: 'https://a.example', credentials: true });", 'cors({ origin: true });'],
    },
  }),
];
