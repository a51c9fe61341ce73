import { randomSecrets } from './entropy.js';
import { issuedSecrets } from './issued.js';
import type { Secret } from './secret.js';

/** Where sums of content are listed, one a line, all of them random. */
const SUMS = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|[\w.-]*\.lock|go\.sum)$/;

/** What is written for people: a key in it is nearly always made up, unless an issuer's shape says otherwise. */
const PROSE = /\.(md|mdx|rst|adoc|txt)$/i;

/** The secrets in a text; none in source maps, which only repeat other files: what has the shape that an issuer gives them, and what is random and named as one. */
export const findSecrets = async (path: string, text: string): Promise<Secret[]> => {
  if (path.endsWith('.map')) return [];
  const issued = await issuedSecrets(path, text);
  if (SUMS.test(path) || PROSE.test(path)) return issued;
  const taken = (line: number): boolean => issued.some(({ place }) => place.line <= line && line <= place.endLine);
  return [...issued, ...randomSecrets(path, text).filter(({ place }) => !taken(place.line))];
};
