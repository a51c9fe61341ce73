import { WaggleError } from '@waggle/protocol';
import { isGitFacts } from '../git/git-facts.js';
import { ENTRY_KINDS, type Entry, type ManifestContent } from '../entry.js';

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isEntry = (value: unknown): value is Entry => {
  const entry = value as Entry;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.path === 'string' &&
    entry.path.length > 0 &&
    (ENTRY_KINDS as readonly string[]).includes(entry.kind) &&
    isCount(entry.size) &&
    (entry.kind !== 'text' || (/^[0-9a-f]{64}$/.test(entry.sha256 ?? '') && isCount(entry.chunks)))
  );
};

/** Reads a manifest's bytes. Anyone may have written them: every field is checked, `INVALID_INPUT` when one is not as it must be. */
export const parseManifest = (bytes: Uint8Array): ManifestContent => {
  const refuse = (why: string): WaggleError =>
    new WaggleError('INVALID_INPUT', `The workspace's manifest is not valid: ${why}.`, { path: 'workspace.manifest' });
  let content: ManifestContent;
  try {
    content = JSON.parse(Buffer.from(bytes).toString('utf8')) as ManifestContent;
  } catch {
    throw refuse('it is not JSON');
  }
  if (typeof content !== 'object' || content === null || content.version !== 1) throw refuse('its version is not known');
  if (typeof content.writer !== 'string' || !isCount(content.ignored) || !Array.isArray(content.entries))
    throw refuse('a field is missing');
  const bad = content.entries.findIndex((entry) => !isEntry(entry));
  if (bad >= 0) throw refuse(`entry ${bad} is malformed`);
  if (content.repository !== undefined && !/^[0-9a-f]{32}$/.test(content.repository))
    throw refuse('its repository is not named as it must be');
  if (content.git !== undefined && !isGitFacts(content.git)) throw refuse('what it says of git is malformed');
  return content;
};
