const SECRET_FIELDS = ['seed', 'password', 'secret', 'token', 'apiKey', 'authorization', 'credentials'];

/** Fields that are never written, at the top and one level down. */
export const REDACTED_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]);

const NKEY_SEED = /\bS[UAOCNX][A-Z2-7]{56}\b/g;
const BEARER = /\b(sk|ghp|gho|xoxb)[-_][A-Za-z0-9_-]{16,}/g;
const URL_PASSWORD = /(\w+:\/\/[^\s:/@"]+:)[^\s@"]+@/g;

/** Masks what looks like a key or a password anywhere in a line, whatever field it slipped into. */
export const redactSecrets = (line: string): string =>
  line.replace(NKEY_SEED, '[redacted]').replace(BEARER, '[redacted]').replace(URL_PASSWORD, '$1[redacted]@');
