import { subjects } from '@waggle/protocol';

/** What a program needs to sign in as a name of the mesh. */
export const clientEnvironment = ({ url, name, seedFile }: { url: string; name: string; seedFile?: string }): Record<string, string> => ({
  NATS_URL: url,
  ...(seedFile === undefined ? {} : { NATS_NKEY_SEED_FILE: seedFile }),
  NATS_INBOX_PREFIX: subjects.inbox(name),
  WAGGLE_CLIENT: name,
});

/** Lines that a shell takes: `eval "$(waggle env)"`. */
export const exportLines = (environment: Record<string, string>): string =>
  Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`)
    .join('\n');
