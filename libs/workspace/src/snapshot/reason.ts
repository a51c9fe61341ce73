const REASONS: Record<string, string> = {
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ENOENT: 'it was gone when it was to be read',
  ENAMETOOLONG: 'its path is too long',
  ELOOP: 'it became a link',
  EIO: 'the disk did not deliver it',
  EMFILE: 'too many open files',
};

/** Why a file or folder could not be read, for people: never the machine's own path. */
export const reasonOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === undefined ? 'it could not be read' : (REASONS[code] ?? `it could not be read (${code})`);
};
