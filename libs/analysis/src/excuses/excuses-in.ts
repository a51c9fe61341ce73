import type { Excuse } from './excuse.js';

/** After the sign of a comment, of whichever language. */
const COMMENT = /(?:\/\/|\/\*|#|<!--|--|;|%)[ \t]{0,9}waggle-ignore[ \t]+([a-z0-9-]{1,40}(?:\/[a-z0-9*-]{1,60}){1,4})([^\n]{0,300})/;

/** Prose shows how an excuse is written; it has none of its own. */
const PROSE = /\.(?:md|mdx|rst|txt|adoc)$/i;

/** Excuses of one file that are looked at. */
const MOST = 200;

/** All excuses that a text holds, in any language that has comments. */
export const excusesIn = (file: string, lines: readonly string[]): Excuse[] => {
  const excuses: Excuse[] = [];
  if (PROSE.test(file)) return excuses;
  for (const [at, text] of lines.entries()) {
    if (excuses.length >= MOST) break;
    if (!text.includes('waggle-ignore')) continue;
    const match = COMMENT.exec(text);
    if (match === null) continue;
    const reason = match[2]!.replace(/(?:\*\/|-->)\s*$/, '').trim();
    const ownLine = text.slice(0, match.index).trim() === '';
    excuses.push({ file, line: at + 1, target: ownLine ? at + 2 : at + 1, rule: match[1]!, reason });
  }
  return excuses;
};
